// Whose a result is to be: `creator_profile_id` is the id of a profile or of one of its accounts (queue API, section 14,
// decision 16).

public import Directus
public import MediaJobs

/// The profiles of creators, as jobs name them.
public struct CreatorProfiles: Sendable {
    /// How a job's `creator_profile_id` was understood.
    public enum Resolution: Sendable, Hashable {
        /// As the id of a profile.
        case profile(CreatorProfile)
        /// As the id of an account of this profile.
        case connection(CreatorProfile)
        /// As nothing that exists.
        case unknown

        /// The profile, if there is one.
        public var profile: CreatorProfile? {
            switch self {
            case .profile(let profile), .connection(let profile): profile
            case .unknown: nil
            }
        }
    }

    private let client: DirectusClient

    /// Uses a client, which has to be running.
    public init(_ client: DirectusClient) { self.client = client }

    /// Looks an id up: as a profile first, then as an account.
    ///
    /// - Throws: `DirectusError`.
    public func resolve(_ id: String) async throws(DirectusError) -> Resolution {
        if let profile = try await profile(id) { return .profile(profile) }
        let found = try await client.item(PlatformConnection.collection, id: id, as: PlatformConnection.self)
        guard let owner = found?.creatorProfileID, let profile = try await profile(owner) else { return .unknown }
        return .connection(profile)
    }

    private func profile(_ id: String) async throws(DirectusError) -> CreatorProfile? {
        try await client.item(CreatorProfile.collection, id: id, as: CreatorProfile.self)
    }

    /// Refuses a profile that belongs to neither the record's owner nor whoever asked for the job (queue API, section 17).
    /// A profile or a record without an owner is nobody's to refuse.
    ///
    /// - Throws: ``MediaJobError/Code/forbiddenProfile``.
    public static func check(
        _ profile: CreatorProfile, recordOwner: String?, askedBy user: String?
    ) throws(MediaJobError) {
        guard let owner = profile.user?.lowercased(), let recordOwner = recordOwner?.lowercased() else { return }
        guard owner == recordOwner || owner == user?.lowercased() else {
            throw MediaJobError(.forbiddenProfile, "\"creator_profile_id\" names a profile of another user")
        }
    }
}
