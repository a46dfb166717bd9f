// The collections of the queue server and its workers (Directus, section 14).

extension DirectusSchema {
    /// Everything that the queue server, the workers and the dashboard use.
    public static let queueSystem = DirectusSchema(collections: [
        mediaJobs, creatorProfiles, platformConnections, taxonomyTerms, subscriptionPlans, subscriptions, usage,
        userNodes,
    ])

    /// The web hook that drops the taxonomy cache of a queue server (queue API, section 7; Directus, section 12.5).
    ///
    /// - Parameters:
    ///   - url: The server's `…/api/queue/taxonomy/invalidate`, as seen from Directus.
    ///   - secret: The server's secret, sent as `X-Queue-Secret`.
    public static func taxonomyInvalidation(url: String, secret: String? = nil) -> WebHook {
        WebHook(
            name: "Taxonomy cache", collections: [TaxonomyTermRecord.collection], url: url,
            headers: secret.map { ["X-Queue-Secret": $0] } ?? [:])
    }

    private static let mediaJobs = Collection(
        MediaJobRecord.collection, icon: "movie",
        note: "What the media workers were asked to do, and what became of it",
        columns: [
            .uuidKey, .indexed("operation", "string"),
            .choice("status", ["pending", "processing", "completed", "failed"], default: "pending"),
            .file("input_file_id"), .plain("input_url", "text"), .file("output_file_id"), .json("params"),
            .json("result"),
            .plain("error", "text"), .indexed("creator_profile_id", "uuid"), .plain("priority", "integer"),
            .plain("bull_job_id", "string"), .plain("queue", "string"), .plain("attempts", "integer"),
            .plain("progress", "integer"), .plain("started_at", "timestamp"), .plain("finished_at", "timestamp"),
        ] + .authorship)

    private static let creatorProfiles = Collection(
        CreatorProfile.collection, icon: "person", note: "Creators: who owns files and watermarks",
        keepsRevisions: true,
        columns: [
            .uuidKey, .indexed("user", "uuid"), .plain("name", "string"), .plain("folder", "uuid"),
        ] + .authorship)

    private static let platformConnections = Collection(
        PlatformConnection.collection, icon: "link", note: "Accounts of creators on platforms", keepsRevisions: true,
        columns: [
            .uuidKey, .relation("creator_profile_id", "uuid", to: CreatorProfile.collection, onDelete: "CASCADE"),
            .indexed("platform", "string"), .plain("handle", "string"),
            .choice("status", ["active", "expired", "disabled"], default: "active"),
        ] + .authorship)

    private static let taxonomyTerms = Collection(
        TaxonomyTermRecord.collection, icon: "account_tree", note: "The vocabulary that content is described with",
        keepsRevisions: true,
        columns: [
            .integerKey, .unique("slug", "string"), .plain("name", "string"), .indexed("category", "string"),
            .json("synonyms"), .relation("parent_id", "integer", to: TaxonomyTermRecord.collection),
            .plain("description", "text"), .choice("status", ["published", "draft", "archived"], default: "published"),
        ] + .dates)

    private static let subscriptionPlans = Collection(
        SubscriptionPlan.collection, icon: "sell", note: "What each tier allows", keepsRevisions: true,
        columns: [
            .uuidKey, .unique("tier", "string"), .plain("name", "string"), .json("operations"),
            .choice("status", ["active", "retired"], default: "active"),
        ] + .dates)

    private static let subscriptions = Collection(
        Subscription.collection, icon: "card_membership", note: "Who has which tier", keepsRevisions: true,
        columns: [
            .uuidKey, .indexed("user", "uuid"), .plain("tier", "string"),
            .choice("status", ["active", "past_due", "cancelled"], default: "active"),
            .plain("current_period_start", "timestamp"), .plain("current_period_end", "timestamp"),
        ] + .dates)

    private static let usage = Collection(
        UsageRecord.collection, icon: "monitoring", note: "How often a user ran an operation in a month",
        columns: [
            .uuidKey, .indexed("user", "uuid"), .plain("operation", "string"), .indexed("period", "string"),
            .plain("count", "integer"),
        ] + .dates)

    private static let userNodes = Collection(
        UserNode.collection, icon: "hub", note: "What the onboarding found out about creators",
        columns: [
            .uuidKey, .indexed("user", "uuid"), .indexed("creator_profile", "uuid"), .indexed("kind", "string"),
            .plain("label", "string"), .relation("term", "integer", to: TaxonomyTermRecord.collection),
            .plain("confidence", "float"), .plain("source", "string"), .json("evidence"), .json("embedding"),
            .plain("embedding_model", "string"), .indexed("run_id", "string"), .plain("pipeline_version", "string"),
            .choice("status", ["active", "stale"], default: "active"),
        ] + .authorship)
}

extension DirectusSchema.Column {
    /// `id`, a uuid that the server makes if the row brings none.
    public static let uuidKey: Self = {
        var column = Self("id", "uuid")
        column.special = ["uuid"]
        column.isPrimaryKey = true
        column.isNullable = false
        return column
    }()

    /// `id`, counted up by the database.
    public static let integerKey: Self = {
        var column = Self("id", "integer")
        column.isPrimaryKey = true
        column.hasAutoIncrement = true
        column.isNullable = false
        return column
    }()

    /// A column without more ado.
    public static func plain(_ name: String, _ type: String) -> Self { Self(name, type) }

    /// A column that is searched.
    public static func indexed(_ name: String, _ type: String) -> Self {
        var column = Self(name, type)
        column.isIndexed = true
        return column
    }

    /// A column whose values are all different and never `null`.
    public static func unique(_ name: String, _ type: String) -> Self {
        var column = Self(name, type)
        column.isUnique = true
        column.isNullable = false
        return column
    }

    /// Any JSON.
    public static func json(_ name: String) -> Self {
        var column = Self(name, "json")
        column.special = ["cast-json"]
        return column
    }

    /// A state, indexed, never `null`.
    public static func choice(_ name: String, _ choices: [String], default value: String) -> Self {
        var column = Self(name, "string")
        column.choices = choices
        column.defaultValue = .string(value)
        column.isNullable = false
        column.isIndexed = true
        return column
    }

    /// A file of Directus; becomes `null` when the file is deleted.
    public static func file(_ name: String) -> Self {
        var column = Self(name, "uuid")
        column.special = ["file"]
        column.relatedCollection = "directus_files"
        return column
    }

    /// The key of a row of another collection.
    public static func relation(
        _ name: String, _ type: String, to collection: String, onDelete: String = "SET NULL"
    ) -> Self {
        var column = Self(name, type)
        column.special = ["m2o"]
        column.relatedCollection = collection
        column.onDelete = onDelete
        return column
    }

    fileprivate static func automatic(_ name: String, _ type: String, _ special: String) -> Self {
        var column = Self(name, type)
        column.special = [special]
        return column
    }
}

extension [DirectusSchema.Column] {
    /// When a row was made and changed; written by the server.
    public static let dates: Self = [
        .automatic("date_created", "timestamp", "date-created"),
        .automatic("date_updated", "timestamp", "date-updated"),
    ]

    /// When and by whom; written by the server.
    public static let authorship: Self =
        dates + [
            .automatic("user_created", "uuid", "user-created"), .automatic("user_updated", "uuid", "user-updated"),
        ]
}
