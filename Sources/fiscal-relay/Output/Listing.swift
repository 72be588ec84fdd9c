import ArgumentParser
import FoundationEssentials

/// How a command prints what it lists.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
}

/// Prints rows as a table for people or as one JSON value for programs, on standard output.
enum Listing {
    /// One column of a table; its name is a heading only, JSON has the names of `Row`'s fields.
    struct Column<Row>: Sendable {
        let heading: String
        let text: @Sendable (Row) -> String

        init(_ heading: String, _ text: @escaping @Sendable (Row) -> String) {
            self.heading = heading
            self.text = text
        }
    }

    static func show<Row: Encodable>(
        _ rows: [Row], as format: OutputFormat, columns: [Column<Row>], empty: String
    ) throws {
        switch format {
        case .json:
            try json(rows)
        case .table:
            guard !rows.isEmpty else {
                print(empty)
                return
            }
            print(table(headings: columns.map(\.heading), rows: rows.map { row in columns.map { $0.text(row) } }))
        }
    }

    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Left-aligned columns, as wide as their widest cell; the last one is never padded.
    static func table(headings: [String], rows: [[String]]) -> String {
        let cells = [headings] + rows.map { $0.map(oneLine) }
        let widths = headings.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return
            cells.map { row in
                row.enumerated().map { column, cell in
                    column == row.count - 1
                        ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
                }.joined(separator: "  ")
            }.joined(separator: "\n")
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }
}
