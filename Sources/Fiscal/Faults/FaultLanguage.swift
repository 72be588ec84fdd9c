/// The languages in which a fault is explained.
package enum FaultLanguage: String, Hashable, Sendable, CaseIterable {
    case russian = "ru"
    case english = "en"
}
