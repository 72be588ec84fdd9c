import Postgres
import TestSupport
import Testing

@testable import JobQueue

/// A claim and the burial of its worker, each first: whichever it is, no job is left running under a worker whose jobs
/// have been rescued.
@Suite(.database, .timeLimit(.minutes(10))) struct BurialTests {
    let queue = QueueHarness.current

    private struct Scene {
        let lost: WorkerID
        let rescuer: WorkerID
        let worker: SQLSession
        let other: SQLSession
    }

    /// One job, a worker whose lease has run out and that nobody has called dead, and one that may judge it.
    private func scene() async throws -> Scene {
        try await queue.declare("test")
        try await queue.insertMany(1)
        let (lost, rescuer) = (try await queue.registerWorker(), try await queue.registerWorker())
        try await queue.sql("UPDATE fiscal.worker SET steady_since = now() - 2 * lease WHERE id = \(rescuer)")
        try await queue.sql("UPDATE fiscal.worker SET lease_until = now() - interval '1 s' WHERE id = \(lost)")
        return Scene(
            lost: lost, rescuer: rescuer, worker: try await SQLSession.open(), other: try await SQLSession.open())
    }

    @Test func whileItsClaimIsOpenNobodyBuriesAWorker() async throws {
        let scene = try await scene()
        try await scene.worker.begin()
        #expect(try await scene.worker.claim(scene.lost) == [1])
        // Nobody waits for it either.
        try await scene.other.run("SET lock_timeout = '1s'")
        #expect(try await scene.other.run("SELECT fiscal.bury_workers(\(scene.rescuer))::text") == ["0"])
        #expect(try await scene.other.run("SELECT job::text FROM fiscal.rescue(\(scene.rescuer), 10)") == [])
        try await scene.worker.commit()
        #expect(try await scene.other.run("SELECT fiscal.bury_workers(\(scene.rescuer))::text") == ["1"])
        #expect(try await scene.other.run("SELECT became FROM fiscal.rescue(\(scene.rescuer), 10)") == ["ready"])
        for session in [scene.worker, scene.other] { await session.connection.close() }
    }

    @Test func aClaimThatMeetsItsBurialGetsNothing() async throws {
        let scene = try await scene()
        try await scene.other.begin()
        #expect(try await scene.other.run("SELECT fiscal.bury_workers(\(scene.rescuer))::text") == ["1"])
        let claiming = Task { try await scene.worker.claim(scene.lost) }
        try await scene.worker.isBlocked()
        try await scene.other.commit()
        #expect(try await claiming.value == [])
        #expect(try await queue.state(JobID(1)) == "ready")
        for session in [scene.worker, scene.other] { await session.connection.close() }
    }

    @Test func aHeartbeatDoesNotWaitForAClaim() async throws {
        let scene = try await scene()
        try await scene.worker.begin()
        #expect(try await scene.worker.claim(scene.lost) == [1])
        try await scene.other.run("SET lock_timeout = '1s'")
        #expect(try await scene.other.run("SELECT fiscal.heartbeat(\(scene.lost))::text") == ["true"])
        try await scene.worker.commit()
        for session in [scene.worker, scene.other] { await session.connection.close() }
    }

    @Test func whatIsFoundUnderARescuedWorkerIsRescuedAgain() async throws {
        let scene = try await scene()
        #expect(try await scene.worker.claim(scene.lost) == [1])
        // As a claim would leave it that had got past the burial.
        try await queue.sql(
            "UPDATE fiscal.worker SET dead_at = now(), dead_xid = pg_current_xact_id(), rescued_at = now() WHERE id = \(scene.lost)"
        )
        #expect(try await scene.other.run("SELECT job::text FROM fiscal.rescue(\(scene.rescuer), 10)") == [])
        #expect(try await scene.other.run("SELECT fiscal.look_after(1, 1)::text") == ["true"])
        #expect(try await scene.other.run("SELECT became FROM fiscal.rescue(\(scene.rescuer), 10)") == ["ready"])
        for session in [scene.worker, scene.other] { await session.connection.close() }
    }
}
