import FoundationEssentials
import Glibc

@testable import EmbeddedPostgres

/// A small file system of its own, in memory, that can be filled to the last byte. Needs the right to mount.
struct ChaosDisk: Sendable {
    let path: String

    private var filler: String { path + "/filler" }

    /// Mounts one of so many megabytes at `path`, which is made; nil where that is not allowed.
    static func mount(at path: String, megabytes: Int, owner: ServerUser) -> ChaosDisk? {
        guard geteuid() == 0 else { return nil }
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let options = "size=\(megabytes)m,mode=0711,uid=\(owner.userID),gid=\(owner.groupID)"
        guard run(["mount", "-t", "tmpfs", "-o", options, "fiscal-relay-chaos", path]) else { return nil }
        return ChaosDisk(path: path)
    }

    /// Takes all space that is left.
    func fill() {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let chunk = [UInt8](repeating: 0, count: 1 << 20)
        for size in [1 << 20, 1 << 12, 1] {
            lseek(descriptor, 0, SEEK_END)
            while write(descriptor, chunk, size) > 0 {}
        }
    }

    /// Whether it has no room for another byte.
    var isFull: Bool {
        let probe = path + "/probe"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno == ENOSPC }
        defer {
            close(descriptor)
            unlink(probe)
        }
        var byte: UInt8 = 1
        return write(descriptor, &byte, 1) < 0 && errno == ENOSPC
    }

    func clear() {
        unlink(filler)
    }

    func unmount() {
        _ = Self.run(["umount", "-l", path])
    }

    static func run(_ arguments: [String]) -> Bool {
        guard let process = try? ChildProcess.spawn(arguments, in: "/", output: "/dev/null") else { return false }
        return process.wait() == 0
    }
}
