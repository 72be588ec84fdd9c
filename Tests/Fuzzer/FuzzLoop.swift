import FuzzTargets

enum FuzzLoop {
    // libFuzzer calls from the one thread that set it, before the first call.
    nonisolated(unsafe) static var target: FuzzTarget?

    /// A broken promise ends the process: libFuzzer keeps the input in a file.
    static func feed(_ bytes: [UInt8]) {
        do {
            try target?.feed(bytes)
        } catch {
            fatalError("\(error)")
        }
    }
}
