/// Exact `a × b ÷ c` on non-negative integers: every fraction of the fiscal rules goes through here.
///
/// The product is kept whole (128 bits), so nothing is lost before the one rounding that the rule asks for.
enum Rounding {
    /// ⌊a·b/c⌋ and a·b mod c.
    /// - Returns: nil if the quotient does not fit 63 bits.
    @inline(__always)
    static func divide(_ a: Int64, times b: Int64, by c: Int64) -> (quotient: Int64, remainder: Int64)? {
        assert(a >= 0 && b >= 0 && c > 0)
        let (product, overflowed) = a.multipliedReportingOverflow(by: b)
        if !overflowed {
            let (quotient, remainder) = product.quotientAndRemainder(dividingBy: c)
            return (quotient, remainder)
        }
        let wide = a.magnitude.multipliedFullWidth(by: b.magnitude)
        guard wide.high < c.magnitude else { return nil }
        let (quotient, remainder) = c.magnitude.dividingFullWidth(wide)
        guard let quotient = Int64(exactly: quotient) else { return nil }
        return (quotient, Int64(remainder))
    }

    /// RHU(a·b/c): half a unit is rounded up.
    /// - Returns: nil if the result does not fit 63 bits.
    @inline(__always)
    static func halfUp(_ a: Int64, times b: Int64, by c: Int64) -> Int64? {
        guard let (quotient, remainder) = divide(a, times: b, by: c) else { return nil }
        guard remainder >= c - remainder else { return quotient }
        let (result, overflowed) = quotient.addingReportingOverflow(1)
        return overflowed ? nil : result
    }
}
