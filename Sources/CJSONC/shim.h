// The public interface of json-c (Debian: libjson-c-dev).
#include <json-c/json.h>
