import JobQueue
import Relay
import Testing

@Suite("What follows a look ahead")
struct StockStepsTests {
    private func follows(events: Int, heard: Int, look: Int = 1) -> Verdict {
        StockSteps.afterLook(events: events, heard: heard, look: look)
    }

    @Test("Another one at once while more waits than one takes, and an end all the same")
    func looks() {
        let batch = StockSteps.aheadBatch
        let again = Verdict.next(step: StockSteps.step, queue: QueueName.local, part: 2, checkpoint: nil)
        let end = Verdict.finish(outcome: "moved")
        #expect(follows(events: batch, heard: 0) == again)
        #expect(follows(events: 0, heard: batch + 1) == again)
        #expect(follows(events: batch - 1, heard: batch) == end)
        // Rows that somebody keeps locked would have it look for ever.
        #expect(follows(events: batch, heard: batch + 1, look: StockSteps.mostLooks) == end)
    }
}
