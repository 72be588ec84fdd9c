/// A process: it can be killed and stopped at every message that leaves or comes, and at any moment between.
final class SimulatedProcess {
    let number: Int
    unowned let world: SimulatedWorld
    /// Grows with each death: what was under way for an earlier life comes to nobody.
    private(set) var life = 0
    private var suspendedUntil: Int64 = 0
    /// What a new life begins with.
    var start: () -> Void = {}
    /// What dies with a life.
    var ending: () -> Void = {}

    /// How long it waits for the database, in microseconds.
    static let patience: Int64 = 2_000_000

    init(_ number: Int, _ world: SimulatedWorld) {
        self.number = number
        self.world = world
    }

    var isSuspended: Bool { world.now < suspendedUntil }

    /// Does something later in this life, and not while the process is stopped.
    func post(_ delay: Int64, _ action: @escaping () -> Void) {
        let mine = life
        world.after(delay) { [self] in
            guard life == mine else { return }
            if isSuspended {
                post(suspendedUntil - world.now, action)
            } else {
                action()
            }
        }
    }

    func crash() {
        world.tell("worker \(number) is killed")
        life += 1
        suspendedUntil = 0
        ending()
        post(world.draw(100_000...8_000_000)) { [self] in start() }
    }

    func suspend() {
        let duration = world.draw(0...1) == 0 ? world.draw(10_000...500_000) : world.draw(1_000_000...15_000_000)
        world.tell("worker \(number) is stopped for \(duration / 1000) ms")
        suspendedUntil = max(suspendedUntil, world.now + duration)
    }

    /// Where a process may die or be stopped: before and after each message.
    func pass(_ action: @escaping () -> Void) {
        // At each message, so a fifth of what is drawn for a schedule.
        if world.strikes(world.troubles.crashes), world.draw(0...4) == 0 { return crash() }
        if world.strikes(world.troubles.suspensions), world.draw(0...4) == 0 {
            suspend()
            return post(0, action)
        }
        action()
    }

    /// A message to the database and its answer; no answer: it failed. `isOpen`: it may be carried out all the same,
    /// also long after.
    func exchange<Answer>(
        _ what: String, _ work: @escaping () -> Answer, _ then: @escaping (_ answer: Answer?, _ isOpen: Bool) -> Void
    ) {
        guard !world.isCalm || world.isDatabaseAway || isSuspended else {
            // Nothing can come between.
            return post(world.draw(200...3_000)) { [self] in
                let answer = work()
                world.changed()
                then(answer, false)
            }
        }
        pass { [self] in send(what, work, then) }
    }

    private func send<Answer>(
        _ what: String, _ work: @escaping () -> Answer, _ then: @escaping (_ answer: Answer?, _ isOpen: Bool) -> Void
    ) {
        var isOver = false
        func end(_ answer: Answer?, isOpen: Bool) {
            guard !isOver else { return }
            isOver = true
            if answer == nil { world.tell("worker \(number): \(what) failed\(isOpen ? ", outcome unknown" : "")") }
            then(answer, isOpen)
        }
        let isFrozen = world.isDatabaseAway && world.isDatabaseFrozen
        if world.isDatabaseAway, !isFrozen {
            return post(world.draw(1_000...500_000)) { end(nil, isOpen: false) }
        }
        if world.strikes(world.troubles.databaseLoss) {
            let isOpen = world.draw(0...1) == 0
            return post(world.draw(1_000...Self.patience)) { end(nil, isOpen: isOpen) }
        }
        let isAnswerLost = world.strikes(world.troubles.databaseLoss)
        let transit = world.databaseTransit()
        if isAnswerLost || isFrozen || transit > Self.patience {
            post(Self.patience) { end(nil, isOpen: true) }
        }
        // The server works on though the process that asked is gone, or has given up.
        let mine = life
        func arrive(in transit: Int64) {
            world.underWay += 1
            world.after(transit) { [self] in
                world.underWay -= 1
                guard world.isDatabaseAway else { return carryOut() }
                if life == mine { post(world.draw(0...500_000)) { end(nil, isOpen: true) } }
                // A server that is frozen has received it, and goes on with it.
                if world.isDatabaseFrozen {
                    arrive(in: world.databaseAwayFor + world.draw(0...500_000))
                }
            }
        }
        func carryOut() {
            let answer = work()
            world.changed()
            guard !isAnswerLost, life == mine else { return }
            post(world.draw(100...2_000)) { [self] in pass { end(answer, isOpen: true) } }
        }
        arrive(in: transit)
    }
}
