// The collections that every instance has. Owns: their fields (Directus, sections 4, 10.3 and 12.5).

enum SystemCollections {
    static let all = [users, roles, policies, access, permissions, files, folders, flows, operations]

    static let relations = [
        Relation(collection: "directus_users", field: "role", related: "directus_roles"),
        Relation(collection: "directus_access", field: "user", related: "directus_users", onDelete: "CASCADE"),
        Relation(collection: "directus_access", field: "role", related: "directus_roles", onDelete: "CASCADE"),
        Relation(collection: "directus_access", field: "policy", related: "directus_policies", onDelete: "CASCADE"),
        Relation(
            collection: "directus_permissions", field: "policy", related: "directus_policies", onDelete: "CASCADE"),
        Relation(collection: "directus_files", field: "folder", related: "directus_folders"),
        Relation(collection: "directus_files", field: "uploaded_by", related: "directus_users"),
        Relation(collection: "directus_files", field: "modified_by", related: "directus_users"),
        Relation(collection: "directus_folders", field: "parent", related: "directus_folders"),
        Relation(collection: "directus_operations", field: "flow", related: "directus_flows", onDelete: "CASCADE"),
    ]

    static let users = system(
        "directus_users",
        key,
        text("first_name"), text("last_name"),
        Field(name: "email", type: .string, isUnique: true, maximumLength: 255),
        concealed("password", .hash), text("location"), text("title"), long("description"), json("tags"),
        Field(name: "avatar", type: .uuid), text("language"), text("text_direction"), concealed("tfa_secret", .string),
        Field(name: "status", type: .string, isNullable: false, maximumLength: 16, defaultValue: "active"),
        Field(name: "role", type: .uuid),
        Field(name: "token", type: .string, isUnique: true, maximumLength: 255, meta: ["special": ["conceal"]]),
        Field(name: "last_access", type: .timestamp), text("last_page"),
        Field(name: "provider", type: .string, isNullable: false, maximumLength: 128, defaultValue: "default"),
        text("external_identifier"), json("auth_data"),
        Field(name: "email_notifications", type: .boolean, defaultValue: true),
        text("appearance"), text("theme_light"), text("theme_dark"), json("theme_light_overrides"),
        json("theme_dark_overrides")
    )

    static let roles = system(
        "directus_roles",
        key, named,
        Field(name: "icon", type: .string, maximumLength: 64, defaultValue: "supervised_user_circle"),
        long("description"), Field(name: "parent", type: .uuid)
    )

    static let policies = system(
        "directus_policies",
        key, named,
        Field(name: "icon", type: .string, maximumLength: 64, defaultValue: "badge"),
        long("description"), json("ip_access"), flag("enforce_tfa"), flag("admin_access"), flag("app_access")
    )

    static let access = system(
        "directus_access",
        key, Field(name: "role", type: .uuid), Field(name: "user", type: .uuid),
        Field(name: "policy", type: .uuid, isNullable: false), Field(name: "sort", type: .integer)
    )

    static let permissions = system(
        "directus_permissions",
        Field(name: "id", type: .integer, isPrimaryKey: true, hasAutoIncrement: true, isNullable: false),
        required("collection"), required("action"), json("permissions"), json("validation"), json("presets"),
        Field(name: "fields", type: .csv), Field(name: "policy", type: .uuid, isNullable: false)
    )

    static let files = system(
        "directus_files",
        key, Field(name: "storage", type: .string, isNullable: false, maximumLength: 255, defaultValue: "local"),
        text("filename_disk"), required("filename_download"), text("title"), text("type"),
        Field(name: "folder", type: .uuid), Field(name: "uploaded_by", type: .uuid),
        Field(name: "created_on", type: .timestamp, meta: ["special": ["date-created"]]),
        Field(name: "uploaded_on", type: .timestamp), Field(name: "modified_by", type: .uuid),
        Field(name: "modified_on", type: .timestamp, meta: ["special": ["date-updated"]]),
        text("charset"), Field(name: "filesize", type: .bigInteger), Field(name: "width", type: .integer),
        Field(name: "height", type: .integer), Field(name: "duration", type: .integer), text("embed"),
        long("description"), long("location"), json("tags"), json("metadata"),
        Field(name: "focal_point_x", type: .integer), Field(name: "focal_point_y", type: .integer), text("tus_id"),
        json("tus_data")
    )

    static let folders = system("directus_folders", key, named, Field(name: "parent", type: .uuid))

    static let flows = system(
        "directus_flows",
        key, named, text("icon"), text("color"), long("description"),
        Field(name: "status", type: .string, isNullable: false, defaultValue: "active"), text("trigger"),
        Field(name: "accountability", type: .string, defaultValue: "all"), json("options"),
        Field(name: "operation", type: .uuid), Field(name: "date_created", type: .timestamp, meta: created),
        Field(name: "user_created", type: .uuid, meta: ["special": ["user-created"]])
    )

    static let operations = system(
        "directus_operations",
        key, text("name"), required("key"), required("type"), Field(name: "position_x", type: .integer),
        Field(name: "position_y", type: .integer), json("options"), Field(name: "resolve", type: .uuid),
        Field(name: "reject", type: .uuid), Field(name: "flow", type: .uuid, isNullable: false),
        Field(name: "date_created", type: .timestamp, meta: created),
        Field(name: "user_created", type: .uuid, meta: ["special": ["user-created"]])
    )

    private static let created: JSONValue = ["special": ["date-created"]]
    private static let key = Field(
        name: "id", type: .uuid, isPrimaryKey: true, isNullable: false, meta: ["special": ["uuid"]])
    private static let named = required("name")

    private static func system(_ name: String, _ fields: Field...) -> Collection {
        Collection(name: name, fields: fields, isSystem: true)
    }

    private static func text(_ name: String) -> Field { Field(name: name, type: .string, maximumLength: 255) }
    private static func long(_ name: String) -> Field { Field(name: name, type: .text) }
    private static func json(_ name: String) -> Field {
        Field(name: name, type: .json, meta: ["special": ["cast-json"]])
    }

    private static func flag(_ name: String) -> Field {
        Field(name: name, type: .boolean, isNullable: false, defaultValue: false)
    }

    private static func required(_ name: String) -> Field {
        Field(name: name, type: .string, isNullable: false, maximumLength: 255)
    }

    private static func concealed(_ name: String, _ type: FieldType) -> Field {
        Field(name: name, type: type, meta: ["special": ["conceal"]])
    }
}
