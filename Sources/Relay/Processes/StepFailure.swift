package import Fiscal
package import FiscalProviders
package import JobQueue

/// The reasons that end in front of a person: codes are stable, words are in the installation's language.
package struct StepFailure: Sendable {
    package let language: FaultLanguage

    package init(language: FaultLanguage) {
        self.language = language
    }

    private func say(_ code: String, _ russian: String, _ english: String, blames: Bool = false) -> JobFailure {
        JobFailure(code: code, message: language == .russian ? russian : english, blamesDestination: blames)
    }

    /// The code of the first fault, and every fault with its field and what is accepted there.
    package func faults(_ faults: FiscalFaults) -> JobFailure {
        let words = faults.all.map { fault in
            fault.field.text.isEmpty
                ? fault.message(in: language) : "\(fault.field.text): \(fault.message(in: language))"
        }
        return JobFailure(code: faults.first.code.rawValue, message: words.joined(separator: " "))
    }

    package func planning(_ fault: PlanningFault) -> JobFailure {
        switch fault {
        case .faults(let faults):
            return self.faults(faults)
        case .originalMissing(let detail):
            return say(
                "original_missing", "Нет чека, на который опирается событие: \(detail).",
                "The receipt that this event builds on is not there: \(detail).")
        case .alreadyReceipted(let event, let settlement):
            return alreadyReceipted(by: event, settlement: settlement)
        case .prepaymentNotReceipted(let event):
            return say(
                "prepayment_not_receipted",
                "По заказу принята оплата (событие \(event)), но чека на неё ещё нет: закрывающий чек был бы неверен.",
                "A payment of the order (event \(event)) has no receipt yet, so a closing receipt would be wrong.")
        case .creditOpen(let owed):
            return say(
                "credit_open",
                "За эти позиции покупатель должен \(owed) ₽: они уже отгружены в долг. Разделите платёж: сначала credit_payment "
                    + "на долг, потом предоплата остального.",
                "The buyer owes \(owed) roubles for these lines, which were handed over on credit. Split the payment: first a "
                    + "credit_payment of what is owed, then a prepayment of the rest.")
        }
    }

    package func unknownShop(_ shop: String, known: [String]) -> JobFailure {
        let list = known.sorted().joined(separator: ", ")
        return say(
            "shop_unknown", "Магазин «\(shop.prefix(100))» не настроен. Настроены: \(list).",
            "The shop “\(shop.prefix(100))” is not configured. Configured: \(list).")
    }

    package func payloadErased() -> JobFailure {
        say(
            "payload_erased", "Данные события стёрты по сроку хранения; чек по ним уже не построить.",
            "The payload was erased by retention, so no receipt can be built of it.")
    }

    package func paymentCancelled() -> JobFailure {
        say(
            "payment_cancelled",
            "Оплата снята, а деньги не вернулись. Решите, нужен ли чек возврата: запишите payment.refunded и отмените задание.",
            "The payment was taken back and no money left. Decide whether a return receipt is due: write payment.refunded, and cancel this job."
        )
    }

    package func impossibleMoment() -> JobFailure {
        say(
            "moment_impossible",
            "Время события (occurred_at) невозможно: будущее или слишком далёкое прошлое. Отмените задание и запишите верное событие.",
            "The event's occurred_at cannot be: in the future, or far in the past. Cancel the job and write a right event."
        )
    }

    package func tooOld(hours: Int64) -> JobFailure {
        say(
            "too_old", "Событие старше \(hours) ч: решите, нужен ли чек коррекции.",
            "The event is older than \(hours) hours: decide on a correction.")
    }

    /// `kind`: that of the event.
    package func deadlinePassed(hours: Int64, kind: String) -> JobFailure {
        let (russian, english) = Self.orders(kind)
        return say(
            "deadline_passed", "Чек не отправлен за \(hours) ч после события. Повторите с \(russian).",
            "The receipt was not sent within \(hours) hours of the event. Replay with \(english).")
    }

    /// The provider had it and could not print it for a reason that passes, as `fault` says; `kind`: that of the event.
    package func tooLateToPrint(_ fault: ProviderFault, kind: String) -> JobFailure {
        let (russian, english) = Self.orders(kind)
        return say(
            fault.code, "Срок чека прошёл: повторите с \(russian). Провайдер: \(fault.message)",
            "The receipt's deadline has passed: replay with \(english). The provider: \(fault.message)")
    }

    /// A correction was ordered in place of what the provider had, and now it does not know its number.
    package func cannotGiveWay(_ fault: ProviderFault) -> JobFailure {
        say(
            fault.code,
            "Провайдер больше не знает номера чека. Посмотрите в его кабинете: --as receipt отправит чек снова, jobs cancel "
                + "откажется от него; коррекцию тогда задаёт событие receipt.correction. Провайдер: \(fault.message)",
            "The provider does not know the receipt's number any more. Look into its account: --as receipt sends it again, "
                + "jobs cancel gives it up, and an event receipt.correction then corrects. The provider: \(fault.message)"
        )
    }

    /// What a person may order of an event of this kind once its deadline has passed.
    private static func orders(_ kind: String) -> (russian: String, english: String) {
        ReplayPlan.canBecomeCorrection(kind)
            ? ("--as receipt или --as correction", "--as receipt or --as correction") : ("--as receipt", "--as receipt")
    }

    /// A second hand-over under one shipment is the first one mended, which no second receipt can do.
    package func alreadyReceipted(by event: Int64, settlement: String) -> JobFailure {
        let isShipment = settlement.hasPrefix(SettlementKey.shipmentPrefix)
        return say(
            "already_receipted",
            "На этот расчёт (\(settlement)) уже есть чек: событие \(event)."
                + (isShipment
                    ? " Если передано не то: на непереданное запишите payment.refunded с позициями, добавленное отгрузите"
                        + " отдельной отгрузкой, затем отмените задание." : ""),
            "This settlement (\(settlement)) is already receipted by event \(event)."
                + (isShipment
                    ? " If something else was handed over: write a payment.refunded of the lines that were not, ship what was"
                        + " added as a shipment of its own, then cancel this job." : ""))
    }

    package func planChanged(part: Int) -> JobFailure {
        say(
            "plan_changed",
            "Чек № \(part) этого события уже напечатан, а по нынешним настройкам он был бы другим. Верните настройки или исправьте чеком коррекции.",
            "Receipt \(part) of this event is printed, and today's settings would make another of it. Restore them, or write a correction."
        )
    }

    package func unknownDestination(_ destination: String) -> JobFailure {
        say(
            "provider_unknown",
            "Чек продажи выдан через \(destination), но этой кассы нет в настройках. Добавьте её в former_providers.",
            "The sale was receipted through \(destination), which is not configured. Add it to former_providers.")
    }

    package func receiptGone(part: Int) -> JobFailure {
        say(
            "receipt_gone", "В базе нет чека № \(part) этого события, который надо отправить.",
            "Receipt \(part) of this event, which should be sent, is not in the database.")
    }

    package func receiptClosed(_ state: ReceiptState) -> JobFailure {
        say(
            "receipt_closed", "Чек в состоянии «\(state.rawValue)», отправлять нечего.",
            "The receipt is \(state.rawValue), so there is nothing to send.")
    }

    /// `blames`: the destination has just failed to say what it did.
    package func inDoubt(blames: Bool = false) -> JobFailure {
        say(
            "in_doubt",
            "Неизвестно, принял ли провайдер чек. Посмотрите в его кабинете и решите: jobs resolve --accepted или --absent.",
            "Whether the provider has the receipt is unknown. Look into its account and decide: jobs resolve --accepted or --absent.",
            blames: blames)
    }

    package func unreadableSigns() -> JobFailure {
        say(
            "fiscal_sign_invalid",
            "Провайдер сообщил фискальные признаки, которых не может быть; проверьте в его кабинете.",
            "The provider told fiscal signs that cannot be; look into its account.")
    }

    package func database() -> JobFailure {
        say("database_unavailable", "База данных не ответила.", "The database did not answer.")
    }

    /// An account that is away by its own word is to blame in any case.
    package func provider(_ fault: ProviderFault, blames: Bool = false) -> JobFailure {
        JobFailure(code: fault.code, message: fault.message, blamesDestination: blames || fault.kind == .outage)
    }
}
