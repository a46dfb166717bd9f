// Pango and Cairo as Swift sees them: text becomes pixels.
#ifndef SWIFT_BULLMQ_CPANGO_H
#define SWIFT_BULLMQ_CPANGO_H

#include <features.h>

#include <pango/pangocairo.h>

// Takes any kind of object, which Swift cannot express for types that are opaque to it.
static inline void media_object_release(void *object) { g_object_unref(object); }

#endif
