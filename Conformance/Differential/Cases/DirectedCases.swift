// Owns the list of all directed cases. A file in this folder holds the cases of one script.

/// All directed cases.
public enum DirectedCases {
    /// The cases, by script.
    public static let all: [CaseGroup] =
        [
            AddStandardJobCases.group,
            PauseCases.group,
        ] + DeviationCases.groups + RareBranchCases.groups
}
