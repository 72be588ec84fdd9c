extension CivilDate {
    /// `05.03.2026`, as receipts and people in Russia write a day.
    package var russianText: String {
        "\(CivilDigits.padded(day, 2)).\(CivilDigits.padded(month, 2)).\(CivilDigits.padded(year, 4))"
    }
}
