import FoundationEssentials

/// Files that tests leave behind.
enum TestFile {
    static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
