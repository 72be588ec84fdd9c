/// The stand-in that a request is for, with what its faults are matched against.
struct SandboxTarget {
    /// What a stand-in made of a request.
    struct Performed {
        let answer: SandboxAnswer
        var callbacks: [CallbackDelivery] = []
    }

    let faultSubject: FaultSubject
    /// Does the work and answers; the faults are those that concern a receipt.
    let perform: ([Fault]) -> Performed
    /// The service's own form of an error.
    let errorAnswer: (_ status: Int, _ code: String?, _ message: String?) -> SandboxAnswer

    /// What is cut or garbled when the work was not done.
    var unaccepted: SandboxAnswer { errorAnswer(500, nil, nil) }
}
