// `import BullMQ` alone is enough to name `Redis` and its configuration.
@_exported public import RedisTransport
