// The public interface of hiredis (Debian: libhiredis-dev).
#include <hiredis/hiredis.h>
