/// The sentences for each fault, in words that a bookkeeper without a programmer understands.
struct FaultText {
    let russian: String
    let english: String

    private init(_ russian: String, _ english: String) {
        self.russian = russian
        self.english = english
    }

    /// The sentences for a code; `found` and `limit` are worked in where the sentence has room for them.
    init(_ code: FaultCode, found: String?, limit: String?) {
        let found = found?.isEmpty == true ? nil : found
        let shown = found.map { " (\($0))" } ?? ""
        let bound = limit.map { " \($0)" } ?? ""
        switch code {
        case .quantityInvalid, .quantityPrecision, .quantityNonpositive, .limitQuantity, .priceInvalid, .priceNegative,
            .measureRequired, .priceBelowMinimum, .zeroMarkedItem, .amountInvalid:
            self = Self.line(code, shown, bound)
        case .vatUnknown, .vatNotInForce, .vatTaxSystemMismatch, .vatAmbiguous, .vatPayerMismatch:
            self = Self.rate(code, found, limit)
        case .itemsEmpty, .lineDuplicate, .lineIDEmpty, .discountExceeds, .amountMismatch, .overpayment, .limitItems,
            .limitSum, .returnExceeds, .currencyUnsupported, .receiptInconsistent:
            self = Self.order(code, shown, bound)
        case .payloadUnreadable, .payloadVersionUnknown, .valueTypeWrong, .valueUnknown, .valueMissing, .valueTooLong,
            .dateInvalid, .taxSystemInvalid, .measureUnknown, .objectUnsupported, .timeZoneUnknown:
            self = Self.word(code, shown, bound)
        case .nameEmpty, .contactInvalid, .emailInvalid, .phoneInvalid, .innInvalid, .addressInvalid, .marksMismatch,
            .markInvalid, .markDuplicate, .agentInvalid:
            self = Self.party(code, shown, bound)
        case .correctionNumberRequired, .correctionDateFuture, .correctionReceiptRequired, .fiscalSignInvalid,
            .qrInvalid:
            self = Self.document(code, shown, bound)
        }
    }
}

extension FaultText {
    fileprivate static func line(_ code: FaultCode, _ shown: String, _ bound: String) -> FaultText {
        switch code {
        case .quantityInvalid:
            FaultText("Количество\(shown) — не число.", "The quantity\(shown) is not a number.")
        case .quantityPrecision:
            FaultText(
                "В количестве\(shown) больше трёх знаков после запятой; касса принимает не более трёх.",
                "The quantity\(shown) has more than three decimals; a till takes three at most.")
        case .quantityNonpositive:
            FaultText("Количество\(shown) должно быть больше нуля.", "The quantity\(shown) must be above zero.")
        case .limitQuantity:
            FaultText(
                "Количество\(shown) больше, чем помещается в чек: не более\(bound).",
                "The quantity\(shown) is more than a receipt can hold: at most\(bound).")
        case .priceInvalid:
            FaultText(
                "Цена\(shown) — не число с не более чем четырьмя знаками после запятой.",
                "The price\(shown) is not a number with at most four decimals.")
        case .priceNegative:
            FaultText(
                "Цена\(shown) меньше нуля. Скидку указывают скидкой, а не позицией с минусом.",
                "The price\(shown) is below zero. A discount is given as a discount, not as a negative line.")
        case .measureRequired:
            FaultText(
                "Дробное количество\(shown) нельзя продавать штуками: укажите единицу измерения, например килограмм.",
                "A fractional quantity\(shown) cannot be sold in pieces: give a unit of measure such as the kilogram.")
        case .priceBelowMinimum:
            FaultText(
                "После скидки на единицу товара приходится меньше копейки.",
                "After the discount less than one kopeck is left for a piece.")
        case .zeroMarkedItem:
            FaultText(
                "Маркированный товар после скидки стоит 0 рублей: решите, как провести его по чеку, и измените скидку.",
                "A marked article costs 0 roubles after the discount: decide how to sell it and change the discount.")
        default:
            FaultText(
                "Сумма\(shown) указана неверно: нужно неотрицательное число рублей и не более двух знаков копеек.",
                "The amount\(shown) is wrong: it must be roubles, not negative, with at most two digits of kopecks.")
        }
    }

    /// Rates and tax systems are named as a receipt prints them, days as people write them.
    fileprivate static func rate(_ code: FaultCode, _ found: String?, _ limit: String?) -> FaultText {
        let shown = found.map { " (\(VATRate(rawValue: $0)?.printed ?? $0))" } ?? ""
        let system = limit.map { " \(TaxSystem(rawValue: $0)?.printed ?? $0)" } ?? ""
        let day = limit.map { " \(CivilDate($0)?.russianText ?? $0)" } ?? ""
        switch code {
        case .vatUnknown:
            return FaultText(
                "Такой ставки НДС\(shown) нет. Проверьте ставку товара в каталоге.",
                "There is no such VAT rate\(shown). Check the rate of the article in the catalogue.")
        case .vatNotInForce:
            return FaultText(
                "Ставка НДС\(shown) не действует на дату расчёта\(day). Исправьте ставку товара.",
                "The VAT rate\(shown) is not in force on the date of the settlement\(day). Correct the article's rate.")
        case .vatTaxSystemMismatch:
            return FaultText(
                "Ставка НДС\(shown) не применяется при системе налогообложения\(system).",
                "The VAT rate\(shown) does not go with the tax system\(system).")
        case .vatAmbiguous:
            return FaultText(
                "Ставка 0: непонятно, «НДС 0 %» это или «без НДС». Выберите одно из двух в настройках магазина.",
                "The rate is 0: it may mean VAT at 0 % or no VAT at all. Choose one of them in the shop's settings.")
        default:
            return FaultText(
                "У товара ставка НДС\(shown), а магазин указан как неплательщик НДС. Исправьте одно из двух.",
                "The article has a VAT rate\(shown), but the shop is set as not paying VAT. Correct one of the two.")
        }
    }

    fileprivate static func order(_ code: FaultCode, _ shown: String, _ bound: String) -> FaultText {
        let atMost = bound.isEmpty ? (ru: "", en: "") : (ru: ": не более\(bound)", en: ": at most\(bound)")
        switch code {
        case .itemsEmpty:
            return FaultText("В заказе нет ни одной позиции для чека.", "The order has no line for a receipt.")
        case .lineDuplicate:
            return FaultText("Номер позиции повторяется\(shown).", "The id of this line is used twice\(shown).")
        case .lineIDEmpty:
            return FaultText("У позиции нет номера.", "The line has no id.")
        case .discountExceeds:
            return FaultText(
                "Скидка и бонусы\(shown) больше стоимости товаров, на которые они действуют\(atMost.ru).",
                "The discount and bonuses\(shown) exceed the price of the lines they may be taken from\(atMost.en).")
        case .amountMismatch:
            return FaultText(
                "Сумма не сходится\(shown)\(bound.isEmpty ? "" : ": должно быть\(bound)").",
                "The sum does not agree\(shown)\(bound.isEmpty ? "" : ": it should be\(bound)").")
        case .overpayment:
            return FaultText(
                "При выдаче оплачено больше\(shown), чем осталось заплатить\(atMost.ru).",
                "More is paid at hand-over\(shown) than is left to pay\(atMost.en).")
        case .limitItems:
            return FaultText(
                "В чеке слишком много позиций\(shown): не более\(bound). Разделите заказ.",
                "The receipt has too many items\(shown): at most\(bound). Divide the order.")
        case .limitSum:
            return FaultText(
                "Сумма\(shown) больше, чем помещается в чек: не более\(bound) рублей.",
                "The sum\(shown) is more than a receipt can hold: at most\(bound) roubles.")
        case .returnExceeds:
            return FaultText(
                "Возвращают больше\(shown), чем было продано и ещё не возвращено\(atMost.ru).",
                "More is returned\(shown) than was sold and not yet returned\(atMost.en).")
        case .currencyUnsupported:
            return FaultText(
                "Чек выдают только в рублях, а заказ в другой валюте\(shown).",
                "Receipts are in roubles only, but the order has another currency\(shown).")
        default:
            return FaultText(
                "Готовый чек нарушает собственные правила\(shown). Он не будет отправлен; сообщите разработчику.",
                "The finished receipt breaks its own rules\(shown). It will not be sent; tell the developer.")
        }
    }

    fileprivate static func word(_ code: FaultCode, _ shown: String, _ bound: String) -> FaultText {
        switch code {
        case .payloadUnreadable:
            FaultText(
                "Данные события не читаются как объект JSON.", "The payload cannot be read as a JSON object.")
        case .payloadVersionUnknown:
            FaultText(
                "Версия данных события\(shown) этому выпуску неизвестна.",
                "The version of the payload\(shown) is not known to this release.")
        case .valueTypeWrong:
            FaultText(
                "Здесь стоит значение другого вида\(shown).", "Another kind of value stands here\(shown).")
        case .valueUnknown:
            FaultText("Такого значения нет\(shown).", "There is no such value\(shown).")
        case .valueMissing:
            FaultText("Значение не указано.", "A value is missing.")
        case .valueTooLong:
            FaultText(
                "Текст слишком длинный\(shown): не более\(bound).", "The text is too long\(shown): at most\(bound).")
        case .dateInvalid:
            FaultText("Такой даты или времени нет\(shown).", "There is no such date or time\(shown).")
        case .taxSystemInvalid:
            FaultText(
                "Такой системы налогообложения нет или она отменена\(shown).",
                "There is no such tax system, or it was abolished\(shown).")
        case .measureUnknown:
            FaultText(
                "Для этой единицы измерения\(shown) нет кода в чеке.",
                "This unit of measure\(shown) has no code on a receipt.")
        case .objectUnsupported:
            FaultText(
                "Такой признак предмета расчёта\(shown) есть только в формате ФФД\(bound).",
                "This object of settlement\(shown) exists only in FFD\(bound).")
        default:
            FaultText(
                "По этому часовому поясу\(shown) нельзя определить часовую зону расчёта.",
                "The time zone of the settlement cannot be told from this one\(shown).")
        }
    }

    fileprivate static func party(_ code: FaultCode, _ shown: String, _ bound: String) -> FaultText {
        switch code {
        case .nameEmpty:
            FaultText(
                "Наименование пустое или состоит только из знаков, которых касса не печатает.",
                "The name is empty, or has only characters that a till cannot print.")
        case .contactInvalid:
            FaultText(
                "Нет ни верного адреса почты, ни верного телефона покупателя: чек некуда отправить.",
                "The buyer has neither a valid e-mail address nor a valid phone: the receipt cannot be delivered.")
        case .emailInvalid:
            FaultText("Адрес электронной почты написан неверно\(shown).", "The e-mail address is not valid\(shown).")
        case .phoneInvalid:
            FaultText("Номер телефона написан неверно\(shown).", "The phone number is not valid\(shown).")
        case .innInvalid:
            FaultText(
                "ИНН неверный: нужно 10 или 12 цифр с верными контрольными.",
                "The INN is wrong: it must be 10 or 12 digits with the right check digits.")
        case .addressInvalid:
            FaultText(
                "Адрес сайта неверный\(shown). Укажите его так, как он зарегистрирован в кассе.",
                "The site address is not valid\(shown). Give it as it is registered for the till.")
        case .marksMismatch:
            FaultText(
                "Кодов маркировки\(shown) не столько, сколько единиц товара\(bound.isEmpty ? "" : ":\(bound)").",
                "The number of marking codes\(shown) is not the number of pieces\(bound.isEmpty ? "" : ":\(bound)").")
        case .markInvalid:
            FaultText(
                "Код маркировки прочитан неверно\(shown). Отсканируйте его ещё раз.",
                "The marking code was not read right\(shown). Scan it again.")
        case .markDuplicate:
            FaultText(
                "Один и тот же код маркировки указан дважды: у каждой единицы товара он свой.",
                "The same marking code is given twice: every piece has its own.")
        default:
            FaultText(
                "Не хватает данных поставщика или они неверны\(shown): для агента нужны вид агента и ИНН поставщика.",
                "The principal's data are missing or wrong\(shown): an agent needs its kind and the principal's INN.")
        }
    }

    fileprivate static func document(_ code: FaultCode, _ shown: String, _ bound: String) -> FaultText {
        switch code {
        case .correctionNumberRequired:
            FaultText(
                "Для коррекции по предписанию нужен номер предписания налогового органа.",
                "A correction by order of the tax office needs the number of that order.")
        case .correctionDateFuture:
            FaultText(
                "Дата исправляемого расчёта\(shown) позже даты коррекции\(bound).",
                "The settlement being corrected\(shown) lies after the correction\(bound).")
        case .correctionReceiptRequired:
            FaultText(
                "Нет исправляемого чека или его фискального признака.",
                "The receipt to be corrected, or its fiscal sign, is missing.")
        case .fiscalSignInvalid:
            FaultText(
                "Фискальные данные чека неверны\(shown): ФН — 16 цифр, ФД и ФПД — числа до 4294967295.",
                "The fiscal data are wrong\(shown): FN has 16 digits, FD and FPD are numbers up to 4294967295.")
        default:
            FaultText(
                "Это не текст QR-кода кассового чека\(shown).", "This is not the text of a receipt's QR code\(shown).")
        }
    }
}
