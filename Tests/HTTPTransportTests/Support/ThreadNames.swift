import FoundationEssentials

/// Names of this process's threads.
enum ThreadNames {
    static func all() -> [String] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return threads.compactMap { thread in
            (try? Data(contentsOf: URL(filePath: "/proc/self/task/\(thread)/comm")))
                .map { String(decoding: $0, as: UTF8.self).filter { $0 != "\n" } }
        }
    }
}
