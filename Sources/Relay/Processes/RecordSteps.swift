package import Fiscal
package import JobQueue

/// Events that the books take down and that settle nothing by themselves.
package struct RecordSteps: Sendable {
    private let failure: StepFailure

    package init(language: FaultLanguage) {
        failure = StepFailure(language: language)
    }

    /// The steps of all such kinds, for a worker.
    package var definitions: [StepDefinition] {
        let failure = failure
        let recorded = ["shipment.undone", "order.cancelled"].map { kind in
            StepDefinition(key: StepKey(kind: kind, step: "record"), doubt: .none, timeout: .seconds(10)) { _ in
                Outcome(.finish(outcome: "recorded"))
            }
        }
        // No money left, so whether a return is due is not for a program to say.
        let decided = StepDefinition(
            key: StepKey(kind: "payment.cancelled", step: "decide"), doubt: .none, timeout: .seconds(10)
        ) { _ in
            Outcome(.dead(failure.paymentCancelled()))
        }
        return recorded + [decided]
    }
}
