/// The rules of lanes in plain Swift: what the database must look like after each act, one act at a time.
struct LaneModel {
    struct Job: Equatable {
        let id: Int
        let lane: String
        var state = "ready"
        var holds = false
        var worker: Int?
    }

    private(set) var jobs: [Int: Job] = [:]

    /// Jobs as `id state turn`, in order.
    var picture: [String] {
        jobs.values.sorted { $0.id < $1.id }.map { "\($0.id) \($0.state)\($0.holds ? " turn" : "")" }
    }

    func ids(_ condition: (Job) -> Bool) -> [Int] { jobs.values.filter(condition).map(\.id).sorted() }

    mutating func enqueue(_ id: Int, _ lane: String) {
        jobs[id] = Job(id: id, lane: lane)
    }

    private func holder(of lane: String) -> Int? { ids { $0.lane == lane && $0.holds }.first }

    private func eldest(of lane: String) -> Int? { ids { $0.lane == lane && !$0.holds && $0.state != "dead" }.first }

    /// Everything that may be claimed is; the others that are ready step aside.
    mutating func claim(by worker: Int) -> [Int] {
        var claimed: [Int] = []
        // Decided by how it is before; a job that comes due holds its lane already.
        let before = self
        for id in ids({ $0.state == "ready" || $0.state == "later" }) {
            guard let job = before.jobs[id] else { continue }
            if job.lane.isEmpty || job.holds
                || (before.holder(of: job.lane) == nil && before.eldest(of: job.lane) == id)
            {
                jobs[id]?.state = "running"
                jobs[id]?.holds = !job.lane.isEmpty
                jobs[id]?.worker = worker
                claimed.append(id)
            } else {
                jobs[id]?.state = "waiting"
            }
        }
        return claimed
    }

    private mutating func passTurn(of lane: String) {
        guard !lane.isEmpty, holder(of: lane) == nil, let next = eldest(of: lane), jobs[next]?.state == "waiting" else {
            return
        }
        jobs[next]?.state = "ready"
    }

    mutating func finish(_ id: Int) {
        guard let job = jobs.removeValue(forKey: id) else { return }
        passTurn(of: job.lane)
    }

    mutating func move(_ id: Int, to state: String) {
        jobs[id]?.state = state
        jobs[id]?.worker = nil
    }

    mutating func release(_ id: Int) {
        guard let lane = jobs[id]?.lane else { return }
        jobs[id]?.holds = false
        passTurn(of: lane)
    }

    mutating func lose(_ worker: Int) {
        for id in ids({ $0.worker == worker }) { move(id, to: "ready") }
    }
}
