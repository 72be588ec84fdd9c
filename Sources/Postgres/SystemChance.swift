/// The system's generator of random numbers, for whoever passes one on `inout`.
package enum SystemChance {
    /// In a box, since the value itself is empty and has no address: the thread sanitizer takes whatever stands in the
    /// place of one for memory that two threads write.
    package static var generator: any RandomNumberGenerator { SystemRandomNumberGenerator() }
}
