// MagickWand 6 (16 bits a channel, no HDRI) as Swift sees it.
//
// <features.h> comes first: ImageMagick's configuration header defines _GNU_SOURCE, which would otherwise change the layout of
// fd_set depending on which module is imported first, and Foundation would then fail to import.
#ifndef SWIFT_BULLMQ_CMAGICKWAND_H
#define SWIFT_BULLMQ_CMAGICKWAND_H

#include <features.h>

#define MAGICKCORE_HDRI_ENABLE 0
#define MAGICKCORE_QUANTUM_DEPTH 16

#include <wand/MagickWand.h>

#endif
