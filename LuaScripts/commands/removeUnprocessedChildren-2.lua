-- Remove the pending children of a job, with their own; those locked or failed stay with all below them.
--
-- KEYS: 1 job, 2 meta (unused)
-- ARGV: 1 prefix, 2 id (both unused)

-- include: isBlocked
-- include: eventCap
-- include: deleteJobKeys
-- include: livingParent
-- include: detachChild
-- include: releaseDeduplication
-- include: removeTree

removeChildren(KEYS[1], {descends = true, skipsProcessed = true, skipsLocked = true})
return nil
