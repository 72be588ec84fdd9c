/// How far the horizon of dead rows is held back: numbers alone, so that they can be shown as metrics, whose labels must be
/// few. Who it is says ``QueueHealth/horizonHolders(transactions:openFor:)``.
package struct HorizonFigure: Hashable, Sendable {
    /// Transactions since the oldest snapshot of each kind of holder; a kind that holds nothing is not in it.
    package let age: [HorizonHolder.Kind: Int]
    /// How long the transaction has been open that has been so for longest; zero: none is.
    package let longestOpen: Duration

    /// Transactions since the oldest snapshot of all, 0 without any.
    package var oldest: Int { age.values.max() ?? 0 }

    package init(_ holders: [HorizonHolder]) {
        age = Dictionary(holders.map { ($0.kind, $0.age) }, uniquingKeysWith: max)
        longestOpen = holders.compactMap(\.openFor).max() ?? .zero
    }
}
