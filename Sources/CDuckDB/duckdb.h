// The part of DuckDB's C API that the taxonomy cache uses, as a table of functions that is filled at run time. Nothing of
// DuckDB is needed to build: this header declares its stable C ABI (https://duckdb.org/docs/stable/clients/c/api), version 1.
#pragma once
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t idx_t;
typedef enum { DuckDBSuccess = 0, DuckDBError = 1 } duckdb_state;

// Handles; what they point to is DuckDB's own business.
typedef void *duckdb_database;
typedef void *duckdb_connection;
typedef void *duckdb_config;
typedef void *duckdb_prepared_statement;
typedef void *duckdb_appender;
typedef void *duckdb_data_chunk;
typedef void *duckdb_vector;

// The caller provides the memory; all but the last member are unused remains of older versions.
typedef struct {
    idx_t deprecated_column_count;
    idx_t deprecated_row_count;
    idx_t deprecated_rows_changed;
    void *deprecated_columns;
    char *deprecated_error_message;
    void *internal_data;
} duckdb_result;

// An element of a vector of VARCHAR: up to twelve bytes lie in the element itself.
typedef struct {
    union {
        struct {
            uint32_t length;
            char prefix[4];
            char *ptr;
        } pointer;
        struct {
            uint32_t length;
            char inlined[12];
        } inlined;
    } value;
} duckdb_string_t;

// X(result, name, parameters)
#define DUCKDB_FUNCTIONS(X) \
    X(const char *_Nullable, duckdb_library_version, (void)) \
    X(duckdb_state, duckdb_create_config, (duckdb_config _Nullable *_Nonnull)) \
    X(duckdb_state, duckdb_set_config, (duckdb_config _Nullable, const char *_Nonnull, const char *_Nonnull)) \
    X(void, duckdb_destroy_config, (duckdb_config _Nullable *_Nonnull)) \
    X(duckdb_state, duckdb_open_ext, \
        (const char *_Nullable, duckdb_database _Nullable *_Nonnull, duckdb_config _Nullable, \
            char *_Nullable *_Nonnull)) \
    X(void, duckdb_close, (duckdb_database _Nullable *_Nonnull)) \
    X(duckdb_state, duckdb_connect, (duckdb_database _Nullable, duckdb_connection _Nullable *_Nonnull)) \
    X(void, duckdb_disconnect, (duckdb_connection _Nullable *_Nonnull)) \
    X(duckdb_state, duckdb_query, (duckdb_connection _Nullable, const char *_Nonnull, duckdb_result *_Nonnull)) \
    X(void, duckdb_destroy_result, (duckdb_result *_Nonnull)) \
    X(const char *_Nullable, duckdb_result_error, (duckdb_result *_Nonnull)) \
    X(idx_t, duckdb_column_count, (duckdb_result *_Nonnull)) \
    X(int, duckdb_column_type, (duckdb_result *_Nonnull, idx_t)) \
    X(duckdb_state, duckdb_prepare, \
        (duckdb_connection _Nullable, const char *_Nonnull, duckdb_prepared_statement _Nullable *_Nonnull)) \
    X(const char *_Nullable, duckdb_prepare_error, (duckdb_prepared_statement _Nullable)) \
    X(void, duckdb_destroy_prepare, (duckdb_prepared_statement _Nullable *_Nonnull)) \
    X(duckdb_state, duckdb_bind_int64, (duckdb_prepared_statement _Nullable, idx_t, int64_t)) \
    X(duckdb_state, duckdb_bind_null, (duckdb_prepared_statement _Nullable, idx_t)) \
    X(duckdb_state, duckdb_bind_varchar_length, \
        (duckdb_prepared_statement _Nullable, idx_t, const char *_Nonnull, idx_t)) \
    X(duckdb_state, duckdb_execute_prepared, (duckdb_prepared_statement _Nullable, duckdb_result *_Nonnull)) \
    X(duckdb_data_chunk _Nullable, duckdb_fetch_chunk, (duckdb_result)) \
    X(void, duckdb_destroy_data_chunk, (duckdb_data_chunk _Nullable *_Nonnull)) \
    X(idx_t, duckdb_data_chunk_get_size, (duckdb_data_chunk _Nullable)) \
    X(duckdb_vector _Nullable, duckdb_data_chunk_get_vector, (duckdb_data_chunk _Nullable, idx_t)) \
    X(void *_Nullable, duckdb_vector_get_data, (duckdb_vector _Nullable)) \
    X(uint64_t *_Nullable, duckdb_vector_get_validity, (duckdb_vector _Nullable)) \
    X(duckdb_state, duckdb_appender_create, \
        (duckdb_connection _Nullable, const char *_Nullable, const char *_Nonnull, duckdb_appender _Nullable *_Nonnull)) \
    X(const char *_Nullable, duckdb_appender_error, (duckdb_appender _Nullable)) \
    X(duckdb_state, duckdb_append_int64, (duckdb_appender _Nullable, int64_t)) \
    X(duckdb_state, duckdb_append_varchar_length, (duckdb_appender _Nullable, const char *_Nonnull, idx_t)) \
    X(duckdb_state, duckdb_append_null, (duckdb_appender _Nullable)) \
    X(duckdb_state, duckdb_appender_end_row, (duckdb_appender _Nullable)) \
    X(duckdb_state, duckdb_appender_flush, (duckdb_appender _Nullable)) \
    X(duckdb_state, duckdb_appender_destroy, (duckdb_appender _Nullable *_Nonnull)) \
    X(void, duckdb_free, (void *_Nullable))

typedef struct {
#define DUCKDB_MEMBER(result, name, parameters) result (*_Nonnull name) parameters;
    DUCKDB_FUNCTIONS(DUCKDB_MEMBER)
#undef DUCKDB_MEMBER
} duckdb_functions;

// Fills the table from a library that is already loaded. Returns the name of the first function that it lacks, or NULL.
static inline const char *_Nullable duckdb_functions_load(duckdb_functions *_Nonnull functions, void *_Nonnull library) {
    void *address;
#define DUCKDB_LOAD(result, name, parameters) \
    address = dlsym(library, #name); \
    if (address == NULL) return #name; \
    functions->name = (result (*_Nonnull) parameters)address;
    DUCKDB_FUNCTIONS(DUCKDB_LOAD)
#undef DUCKDB_LOAD
    return NULL;
}
