/// A job that no event is: another job ordered it, or a schedule.
package struct OrderedJob: Hashable, Sendable {
    package var id: Int64
    package var shop: String
    package var kind: String
    package var lane: String
    /// The event that it is about; nil: it comes again and again by a schedule.
    package var event: Int64?
    /// As that of an event's own job.
    package var job: HistoryEvent.Job

    package init(id: Int64, shop: String, kind: String, lane: String, event: Int64?, job: HistoryEvent.Job) {
        self.id = id
        self.shop = shop
        self.kind = kind
        self.lane = lane
        self.event = event
        self.job = job
    }
}
