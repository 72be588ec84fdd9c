import CPostgres

/// The column names of one result, for finding a column by name without asking libpq, which copies the name each time.
///
/// Columns are mostly read in their order, so the search starts behind the last one found.
final class ColumnNames {
    private let result: OpaquePointer
    private let count: Int32
    private var next: Int32 = 0

    /// - Parameter result: Outlives this value: both belong to one call of `query`.
    init(_ result: OpaquePointer) {
        self.result = result
        count = PQnfields(result)
    }

    /// The first column of this name at or behind the last one found, then from the start; `nil` if there is none.
    func index(of name: String) -> Int32? {
        var name = name
        return name.withUTF8 { wanted in
            for offset in 0..<count {
                let candidate = (next + offset) % count
                guard let present = PQfname(result, candidate), Self.equal(present, wanted) else { continue }
                next = (candidate + 1) % count
                return candidate
            }
            return nil
        }
    }

    private static func equal(_ name: UnsafePointer<CChar>, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
        for (offset, byte) in wanted.enumerated() where UInt8(bitPattern: name[offset]) != byte || byte == 0 {
            return false
        }
        return name[wanted.count] == 0
    }
}
