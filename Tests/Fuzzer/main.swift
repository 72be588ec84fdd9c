import FoundationEssentials
import FuzzTargets

/// libFuzzer's own loop, as a function (`FuzzerInterface.h` of LLVM): calls `callback` with every input it thinks of.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
guard let target = FuzzTarget.named(name) else {
    fatalError("FUZZ_TARGET must be one of \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
}
FuzzLoop.target = target

private var count = CommandLine.argc
private var arguments = CommandLine.unsafeArgv
private let status = runFuzzer(&count, &arguments) { start, count in
    FuzzLoop.feed(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
guard status == 0 else { fatalError("libFuzzer ended with \(status)") }
