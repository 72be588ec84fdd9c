/// Puts the parts of a document into the rows of a picture.
struct ReceiptComposer {
    let document: ReceiptDocument
    let result: FiscalResult?
    let showsBuyer: Bool

    private typealias Row = ReceiptPicture.Row
    private var body: ReceiptBody { document.body }

    var sections: [ReceiptPicture.Section] {
        [
            .init(topic: .title, rows: title),
            .init(topic: .seller, rows: seller),
            .init(topic: .correction, rows: correction),
            .init(topic: .items, rows: body.items.enumerated().flatMap { item($0.element, number: $0.offset + 1) }),
            .init(topic: .total, rows: total),
            .init(topic: .taxes, rows: taxes),
            .init(topic: .buyer, rows: buyer),
            .init(topic: .fiscal, rows: fiscal),
        ]
    }

    private var title: [Row] {
        let name = body.type.isCorrection ? "КАССОВЫЙ ЧЕК КОРРЕКЦИИ" : "КАССОВЫЙ ЧЕК"
        var rows = [
            Row(name, alignment: .center, emphasis: .strong),
            Row(body.type.printed, alignment: .center, emphasis: .strong),
        ]
        if result == nil { rows.append(Row("НЕ ФИСКАЛЬНЫЙ: ЕЩЕ НЕ ПРОБИТ", alignment: .center)) }
        return rows
    }

    private var seller: [Row] {
        var rows = [
            Row("ИНН", document.company.inn.digits),
            Row("СНО", body.sno.printed),
            Row("МЕСТО РАСЧЕТОВ", (document.internet?.siteAddress ?? document.company.paymentAddress).text),
        ]
        if document.internet != nil { rows.append(Row("ПРИЗНАК РАСЧЕТА В ИНТЕРНЕТ")) }
        return rows
    }

    private var correction: [Row] {
        var rows: [Row] = []
        if let correction = body.correction {
            rows.append(Row("ТИП КОРРЕКЦИИ", correction.type == .own ? "САМОСТОЯТЕЛЬНО" : "ПО ПРЕДПИСАНИЮ"))
            rows.append(Row("ДАТА КОРРЕКТИРУЕМОГО РАСЧЕТА", correction.baseDate.russianText))
            if let number = correction.baseNumber { rows.append(Row("НОМЕР ПРЕДПИСАНИЯ", number)) }
        }
        if let props = body.additionalCheckProps { rows.append(Row("ДОП. РЕКВИЗИТ ЧЕКА", props)) }
        return rows
    }

    private func item(_ item: ReceiptItem, number: Int) -> [Row] {
        var rows = [
            Row("\(number). \(item.name)"),
            Row("\(item.quantity) \(item.measure.printed) x \(item.price)", "=\(item.sum)"),
            Row("\(item.method.printed), \(item.object.printed)", emphasis: .small),
            vat(of: item),
        ]
        if let mark = item.mark {
            let masked = (try? MarkingCode(mark))?.masked ?? "***"
            rows.append(Row("[М] КОД ТОВАРА", masked, emphasis: .small))
        }
        if let agent = item.agent {
            rows.append(Row(agent.kind.printed, "ИНН ПОСТАВЩИКА \(agent.principalINN.text)", emphasis: .small))
            if let name = agent.principalName { rows.append(Row("ПОСТАВЩИК", name, emphasis: .small)) }
        }
        return rows
    }

    private func vat(of item: ReceiptItem) -> Row {
        item.vat.reportsTurnover
            ? Row(Self.label(item.vat), emphasis: .small)
            : Row(Self.label(item.vat), item.vatSum.description, emphasis: .small)
    }

    private var total: [Row] {
        [Row("ИТОГ", "=\(body.total)", emphasis: .strong)]
            + body.payments.entries.map { Row($0.means.printed, "=\($0.sum)") }
    }

    private var taxes: [Row] {
        body.vats.entries.map { entry in
            switch entry.rate {
            case .none: Row("СУММА БЕЗ НДС", "=\(entry.amount)")
            case .vat0: Row("СУММА С НДС 0%", "=\(entry.amount)")
            default: Row("СУММА \(Self.label(entry.rate))", "=\(entry.amount)")
            }
        }
    }

    private var buyer: [Row] {
        let contact = document.buyer.contact
        var rows = [
            Row("ЭЛ. АДР. ПОКУПАТЕЛЯ", showsBuyer ? contact.text : contact.masked),
            Row("ЭЛ. АДР. ОТПРАВИТЕЛЯ", document.company.email.text),
        ]
        if let company = document.buyer.company {
            rows.append(Row("ПОКУПАТЕЛЬ", showsBuyer ? company.name : "***"))
            rows.append(Row("ИНН ПОКУПАТЕЛЯ", showsBuyer ? company.inn.digits : company.inn.masked))
        }
        return rows
    }

    private var fiscal: [Row] {
        var rows = [Row("ФФД", document.ffd.rawValue)]
        guard let result else {
            rows.append(Row("ВРЕМЯ РАСЧЕТА", Self.russian(document.settledAt)))
            return rows
        }
        if let at = result.at { rows.append(Row("ДАТА И ВРЕМЯ", Self.russian(at))) }
        if let shift = result.shift { rows.append(Row("СМЕНА", String(shift))) }
        if let number = result.numberInShift { rows.append(Row("ЧЕК", String(number))) }
        if let number = result.registrationNumber { rows.append(Row("РН ККТ", number)) }
        if let serial = result.tillSerial { rows.append(Row("ЗН ККТ", serial)) }
        rows.append(Row("ФН", result.signs.fn))
        rows.append(Row("ФД", String(result.signs.fd)))
        rows.append(Row("ФПД", String(result.signs.fpd)))
        if let name = result.operatorName { rows.append(Row("ОФД", name)) }
        rows.append(Row("САЙТ ФНС", "www.nalog.gov.ru"))
        return rows
    }

    /// `НДС 22%`, `НДС 22/122`, `БЕЗ НДС`.
    private static func label(_ rate: VATRate) -> String {
        rate == .none ? "БЕЗ НДС" : "НДС \(rate.printed)"
    }

    /// `05.03.2026 09:07`.
    private static func russian(_ time: CivilDateTime) -> String {
        "\(time.date.russianText) \(CivilDigits.padded(time.hour, 2)):\(CivilDigits.padded(time.minute, 2))"
    }
}
