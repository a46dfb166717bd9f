// Finds the FFmpeg libraries and what the entries of entries.S lead to.

#include "CFFmpegLoading.h"

#include <dlfcn.h>
#include <libavcodec/version_major.h>
#include <libavfilter/version_major.h>
#include <libavformat/version_major.h>
#include <libavutil/version.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_OF(value) #value
#define LIBRARY(name, version) "lib" name ".so." TEXT_OF(version)

// Of the version whose headers the package was compiled with.
static const char *const libraries[] = {
    LIBRARY("avutil", LIBAVUTIL_VERSION_MAJOR),
    LIBRARY("avcodec", LIBAVCODEC_VERSION_MAJOR),
    LIBRARY("avformat", LIBAVFORMAT_VERSION_MAJOR),
    LIBRARY("avfilter", LIBAVFILTER_VERSION_MAJOR),
};
enum { library_count = sizeof libraries / sizeof *libraries };

#define CFFMPEG_FUNCTION(name) #name,
static const char *const names[] = {
#include "functions.h"
};
enum { function_count = sizeof names / sizeof *names };

// Where the entries jump to, in the order of `names`.
extern void *cffmpeg_addresses[];

static _Noreturn void give_up(const char *reason) {
    fprintf(stderr, "The FFmpeg libraries cannot be loaded: %s\n", reason);
    exit(127);
}

static void load(void) {
    void *handles[library_count];
    for (int index = 0; index < library_count; index++) {
        handles[index] = dlopen(libraries[index], RTLD_LAZY | RTLD_LOCAL);
        if (!handles[index]) give_up(dlerror());
    }
    for (int function = 0; function < function_count; function++) {
        void *address = NULL;
        for (int index = 0; index < library_count && !address; index++) {
            address = dlsym(handles[index], names[function]);
        }
        if (!address) give_up(names[function]);
        // Another thread may be jumping through the table: it sees the old value, which leads here, or the new one.
        __atomic_store_n(&cffmpeg_addresses[function], address, __ATOMIC_RELEASE);
    }
}

void cffmpeg_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
}
