// Owns: the search for the next run. Between two changes of clocks local time is ordinary arithmetic, so the search
// goes from one such stretch to the next, and inside of each from field to field.

extension CronExpression {
    /// A pattern that has not matched after so many months and days never will.
    private static let stepLimit = 10_000

    /// The next run, in milliseconds since 1970.
    func next(afterMilliseconds base: Int64, in zone: TimeZoneRules) -> Int64? {
        // Runs are at whole seconds: the first one later than the base.
        let (seconds, _) = Int(base).flooredDivision(by: 1000)
        return next(onOrAfter: seconds + 1, in: zone).map { Int64($0) * 1000 }
    }

    private func next(onOrAfter base: Int, in zone: TimeZoneRules) -> Int? {
        var steps = 0
        var start = base
        var change = zone.change(atOrBefore: base)
        while steps < Self.stepLimit {
            let offset = zone.offset(at: start)
            let end = zone.change(after: start)
            var search = CronSearch(expression: self, from: start + offset, until: end.map { $0.instant + offset })
            if let change { adapt(&search, to: change) }
            if let match = search.run(&steps, limit: Self.stepLimit) { return match - offset }
            guard let end else { return nil }
            change = end
            start = end.instant
            // Each stretch counts, or a zone that changes its clocks for ever would be searched for ever.
            steps += 1
        }
        return nil
    }

    /// Runs in hours that clocks skip or repeat. A pattern for every hour follows real time and needs nothing of it.
    private func adapt(_ search: inout CronSearch, to change: TimeZoneRules.Change) {
        guard hours.count < 24 else { return }
        let before = change.instant + change.before
        let after = change.instant + change.after
        // Clocks were set back: what is repeated has had its runs.
        search.from = max(search.from, before)
        let (day, gapStart) = before.flooredDivision(by: 86_400)
        let gapEnd = after - day * 86_400
        guard gapStart > 0, gapStart < gapEnd, gapEnd < 86_400 else { return }
        // Hours that do not exist at all; of one that exists in part, the runs in the missing part are lost.
        let (firstHour, endHour) = ((gapStart + 3599) / 3600, gapEnd / 3600)
        guard let skipped = hours.first(from: firstHour), skipped < endHour else { return }
        search.extraHour = (day, endHour)
    }
}

/// A search in local time without jumps; times are seconds since 1970 as clocks show them.
private struct CronSearch {
    let expression: CronExpression
    var from: Int
    let until: Int?
    /// An hour of one day that has runs whatever the pattern says.
    var extraHour: (day: Int, hour: Int)?

    init(expression: CronExpression, from: Int, until: Int?) {
        self.expression = expression
        self.from = from
        self.until = until
    }

    func run(_ steps: inout Int, limit: Int) -> Int? {
        var (day, second) = from.flooredDivision(by: 86_400)
        while steps < limit, until.map({ day * 86_400 + second < $0 }) ?? true {
            let date = CivilDate(daysSince1970: day)
            if !expression.months.contains(date.month) {
                let month = expression.months.first(from: date.month + 1)
                let firstMonth = expression.months.first(from: 1) ?? 1
                day = CivilDate.daysSince1970(
                    year: month == nil ? date.year + 1 : date.year, month: month ?? firstMonth, day: 1)
                second = 0
            } else if expression.matches(date, day), let time = time(onOrAfter: second, day) {
                let match = day * 86_400 + time
                return until.map { match < $0 } ?? true ? match : nil
            } else {
                day += 1
                second = 0
            }
            steps += 1
        }
        return nil
    }

    /// The first time of a day, in seconds, that is not before `second`.
    private func time(onOrAfter second: Int, _ day: Int) -> Int? {
        var hours = expression.hours
        if let extraHour, extraHour.day == day { hours.insert(extraHour.hour) }
        var hour = hours.first(from: second / 3600)
        while let current = hour {
            let rest = max(0, second - current * 3600)
            if let time = time(inHourOnOrAfter: rest) { return current * 3600 + time }
            hour = hours.first(from: current + 1)
        }
        return nil
    }

    private func time(inHourOnOrAfter second: Int) -> Int? {
        guard second < 3600 else { return nil }
        var minute = expression.minutes.first(from: second / 60)
        while let current = minute {
            if let time = expression.seconds.first(from: max(0, second - current * 60)) { return current * 60 + time }
            minute = expression.minutes.first(from: current + 1)
        }
        return nil
    }
}

extension CronExpression {
    /// Whether a day is one of the pattern; the month is not asked.
    fileprivate func matches(_ date: CivilDate, _ day: Int) -> Bool {
        switch (restrictsDayOfMonth, restrictsWeekday) {
        case (false, false): true
        case (true, false): matchesDayOfMonth(date)
        case (false, true): matchesWeekday(date, day)
        case (true, true): matchesDayOfMonth(date) || matchesWeekday(date, day)
        }
    }

    private func matchesDayOfMonth(_ date: CivilDate) -> Bool {
        daysOfMonth.contains(date.day)
            || includesLastDay && date.day == CivilDate.length(ofMonth: date.month, year: date.year)
    }

    private func matchesWeekday(_ date: CivilDate, _ day: Int) -> Bool {
        let weekday = CivilDate.weekday(ofDay: day)
        if lastWeekdays.contains(weekday) && date.day + 7 > CivilDate.length(ofMonth: date.month, year: date.year) {
            return true
        }
        return weekdays.contains(weekday) && (occurrence.map { (date.day + 6) / 7 == $0 } ?? true)
    }
}
