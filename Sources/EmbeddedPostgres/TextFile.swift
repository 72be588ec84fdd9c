import FoundationEssentials
import Glibc

/// Small text files of the server.
enum TextFile {
    /// Puts lines before what is there; owner and mode stay.
    ///
    /// - Throws: ``EmbeddedPostgresError/fileSystem(path:code:)``.
    static func prepend(_ lines: [String], to path: String) throws(EmbeddedPostgresError) {
        guard let present = FileManager.default.contents(atPath: path) else {
            throw .fileSystem(path: path, code: ENOENT)
        }
        let text = Data((lines.joined(separator: "\n") + "\n").utf8) + present
        do {
            try text.write(to: URL(filePath: path))
        } catch {
            throw .fileSystem(path: path, code: EIO)
        }
    }
}
