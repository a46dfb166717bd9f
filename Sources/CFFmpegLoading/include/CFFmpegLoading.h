// Loads the FFmpeg libraries at the first call of one of their functions instead of at the start of the process.
//
// They bring some 130 further libraries, which cost every start of a program about 40 ms of relocation: more than many a
// job on a picture takes, which needs none of them. Nobody has to call anything: the functions of functions.h are
// entries that load the libraries when first used.
#ifndef SWIFT_BULLMQ_CFFMPEG_LOADING_H
#define SWIFT_BULLMQ_CFFMPEG_LOADING_H

// Loads the libraries unless they are loaded. Ends the process with a message if they are not installed, as the system's
// loader would have done at its start.
void cffmpeg_load(void);

#endif
