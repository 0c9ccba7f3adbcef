package io.offhook.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.offhook.call.CallId;
import java.net.URI;
import java.net.URLEncoder;

/// Where people find a call. They have to log in there, so a link gives nothing away.
public interface Links {
    URI call(CallId call);

    URI recording(CallId call, String recording);

    /// The pages of the desk.
    static Links under(URI publicUrl) {
        return new Links() {
            @Override
            public URI call(CallId call) {
                return URI.create(publicUrl + "/desk/calls/" + call);
            }

            @Override
            public URI recording(CallId call, String recording) {
                return URI.create(call(call) + "/recordings/" + URLEncoder.encode(recording, UTF_8));
            }
        };
    }
}
