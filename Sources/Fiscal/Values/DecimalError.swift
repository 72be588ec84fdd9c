/// Why a number cannot be taken as an exact amount.
package enum DecimalError: Error, Hashable, Sendable {
    /// Not a decimal number: a sign `+`, an exponent, a comma, blanks, no digits, NaN.
    case malformed
    /// More significant digits after the point than the value can carry.
    case tooManyDecimals(allowed: Int)
    /// Outside of what the type can hold; no result was produced.
    case outOfRange
}
