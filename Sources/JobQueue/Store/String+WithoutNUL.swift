extension String {
    /// Without U+0000, which PostgreSQL's text cannot hold: a message must not fail the write that records it.
    var withoutNUL: String {
        utf8.contains(0) ? String(unicodeScalars.filter { $0.value != 0 }.map(Character.init)) : self
    }
}
