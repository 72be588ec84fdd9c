/// The measure of a quantity (tag 2108), with the OKEI code that Bitrix keeps for it.
///
/// FNS refuses a receipt of FFD 1.2 without it (G16), so it is always sent. In JSON it is the number of the tag.
package enum Measure: Int, Hashable, Sendable, CaseIterable {
    case piece = 0
    case gram = 10
    case kilogram = 11
    case tonne = 12
    case centimetre = 20
    case decimetre = 21
    case metre = 22
    case squareCentimetre = 30
    case squareDecimetre = 31
    case squareMetre = 32
    case millilitre = 40
    case litre = 41
    case cubicMetre = 42
    case kilowattHour = 50
    case gigacalorie = 51
    case day = 70
    case hour = 71
    case minute = 72
    case second = 73
    case kilobyte = 80
    case megabyte = 81
    case gigabyte = 82
    case terabyte = 83
    case other = 255

    /// The code of tag 2108.
    package var tag2108: Int { rawValue }

    /// The code of the all-Russian classifier of units; nil for ``other``, which stands for any code not in the list.
    package var okei: Int? {
        switch self {
        case .piece: 796
        case .gram: 163
        case .kilogram: 166
        case .tonne: 168
        case .centimetre: 4
        case .decimetre: 5
        case .metre: 6
        case .squareCentimetre: 51
        case .squareDecimetre: 53
        case .squareMetre: 55
        case .millilitre: 111
        case .litre: 112
        case .cubicMetre: 113
        case .kilowattHour: 245
        case .gigacalorie: 233
        case .day: 359
        case .hour: 356
        case .minute: 355
        case .second: 354
        case .kilobyte: 256
        case .megabyte: 257
        case .gigabyte: 2553
        case .terabyte: 2554
        case .other: nil
        }
    }

    private static let byOKEI: [Int: Measure] = {
        var table: [Int: Measure] = [:]
        for measure in allCases {
            if let code = measure.okei { table[code] = measure }
        }
        return table
    }()

    /// The measure of a unit that Bitrix calls by its OKEI code; a code that the tag has no value for is ``other``.
    package init(okei code: Int) { self = Self.byOKEI[code] ?? .other }

    /// As printed on a receipt.
    package var printed: String {
        switch self {
        case .piece: "шт."
        case .gram: "г"
        case .kilogram: "кг"
        case .tonne: "т"
        case .centimetre: "см"
        case .decimetre: "дм"
        case .metre: "м"
        case .squareCentimetre: "кв. см"
        case .squareDecimetre: "кв. дм"
        case .squareMetre: "кв. м"
        case .millilitre: "мл"
        case .litre: "л"
        case .cubicMetre: "куб. м"
        case .kilowattHour: "кВт·ч"
        case .gigacalorie: "Гкал"
        case .day: "сут."
        case .hour: "ч"
        case .minute: "мин"
        case .second: "с"
        case .kilobyte: "Кбайт"
        case .megabyte: "Мбайт"
        case .gigabyte: "Гбайт"
        case .terabyte: "Тбайт"
        case .other: "ед."
        }
    }
}

extension Measure: Codable {
    /// - Throws: ``FiscalFault`` `measure_unknown` for a number that the tag does not have.
    package init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Int.self)
        guard let measure = Measure(rawValue: number) else {
            throw FiscalFault(
                .measureUnknown, at: "measure", found: String(number),
                allowed: Self.allCases.map { String($0.rawValue) })
        }
        self = measure
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
