/// Hides personal data in what goes to a log (R65).
enum Mask {
    /// Stars for all but the first and the last characters; all stars if too few would be hidden.
    static func middle(of text: String, keepingFirst first: Int, last: Int) -> String {
        let hidden = text.count - first - last
        guard hidden >= 3 else { return String(repeating: "*", count: max(3, text.count)) }
        return text.prefix(first) + String(repeating: "*", count: hidden) + text.suffix(last)
    }
}
