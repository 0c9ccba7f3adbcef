package io.offhook.outbox;

import io.offhook.crm.Caller;
import io.offhook.crm.Crm;
import io.offhook.crm.CrmFailure;
import io.offhook.crm.Filings;
import io.offhook.crm.Filings.Filing;
import io.offhook.store.OutboxMessage;
import java.util.Optional;
import java.util.function.Function;

/// Files calls in the operator's CRM: the first message about a call opens its interaction, later ones add notes to it.
/// The customer is looked up then and not while the phone rings, so that a call on which the CRM was down is filed with
/// its customer all the same.
///
/// What was filed is remembered, so that a message that comes twice files nothing twice. Only a process that dies between
/// the CRM's answer and that memory asks again, with the same idempotency key.
public final class CrmRecipient implements Recipient {
    private final Function<String, Optional<Crm>> crms;
    private final Filings filings;
    private final Runnable closing;

    /// @param crms    by target; of the file as it is at present
    /// @param closing runs when nothing more will be filed
    public CrmRecipient(Function<String, Optional<Crm>> crms, Filings filings, Runnable closing) {
        this.crms = crms;
        this.filings = filings;
        this.closing = closing;
    }

    @Override
    public void close() {
        closing.run();
    }

    @Override
    public Receipt deliver(OutboxMessage message) throws InterruptedException {
        var crm = crms.apply(message.target());
        if (crm.isEmpty()) {
            return Receipt.later("target_unknown");
        }
        try {
            var news = ContactNews.of(message.body());
            var filing = filing(message, news, crm.get());
            if (filing.isPresent()) {
                add(news, filing.get(), message, crm.get());
            }
            return Receipt.delivered();
        } catch (CrmFailure failure) {
            return receipt(failure);
        }
    }

    /// Empty when this CRM keeps nothing of such a caller.
    private Optional<Filing> filing(OutboxMessage message, ContactNews news, Crm crm)
            throws CrmFailure, InterruptedException {
        var before = filings.find(message.call(), message.target());
        if (before.isPresent()) {
            return before;
        }
        var id = crm.open(news.interaction(message.call(), customer(news, crm)));
        if (id.isEmpty()) {
            return Optional.empty();
        }
        var filing = new Filing(id.get(), message.key());
        filings.keep(message.call(), message.target(), filing);
        return Optional.of(filing);
    }

    private static Optional<String> customer(ContactNews news, Crm crm) throws CrmFailure, InterruptedException {
        var number = news.number();
        return number.isPresent() ? crm.find(number.get()).map(Caller::id) : Optional.empty();
    }

    private static void add(ContactNews news, Filing filing, OutboxMessage message, Crm crm)
            throws CrmFailure, InterruptedException {
        var note = news.note(filing.key().equals(message.key()));
        if (note.isPresent() && !filing.id().isEmpty()) {
            crm.note(filing.id(), note.get());
        }
    }

    private static Receipt receipt(CrmFailure failure) {
        if (failure.status().isPresent()) {
            int status = failure.status().getAsInt();
            // Whatever is gone is gone for this call only.
            return status == 404
                    ? new Receipt.Later("http_404", Receipt.Blame.MESSAGE, Optional.empty())
                    : Receipt.answered(status, Optional.empty());
        }
        return switch (failure.reason()) {
            // No later try makes another text of it.
            case "bad_arguments", "no_interaction" -> Receipt.refused(failure.reason());
            default -> Receipt.later(failure.reason());
        };
    }
}
