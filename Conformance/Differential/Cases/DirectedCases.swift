// Owns the list of all directed cases. A file in this folder holds the cases of one script or of a close family.

/// All directed cases.
public enum DirectedCases {
    /// The cases, by script.
    public static let all: [CaseGroup] =
        [
            AddStandardJobCases.group, AddDelayedJobCases.group, AddPrioritizedJobCases.group, AddParentJobCases.group,
            DuplicateIdCases.group, DeduplicationCases.group, SchedulerCases.group,
            MoveToActiveCases.group, MoveToFinishedCases.group, ParentOutcomeCases.group, MoveToDelayedCases.group,
            RetryJobCases.group, MoveJobFromActiveToWaitCases.group, MoveToWaitingChildrenCases.group,
            ReprocessJobCases.group, MoveJobsToWaitCases.group, PromoteCases.group, ChangeDelayCases.group,
            ChangePriorityCases.group, LockCases.group, StalledCases.group, LimitCases.group, PauseCases.group,
            ReadingCases.group, UpdatingCases.group, RemovingCases.group,
        ] + DeviationCases.groups + RareBranchCases.groups
}
