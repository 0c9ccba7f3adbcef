package io.offhook.tool;

import java.util.LinkedHashMap;
import java.util.Map;

/// A tool could not do its work, in words that the model may know: they must hold no secret and no address. Any other
/// exception tells the model only that the tool failed.
public final class ToolFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /// The slug of a failure that counts as one of time.
    static final String TIMEOUT = "timeout";

    /// The slug of a failure that the model can mend.
    static final String BAD_ARGUMENTS = "bad_arguments";

    /// The slug of a failure that says something about what was asked for, and nothing about the tool.
    static final String NOT_FOUND = "not_found";

    private final String error;
    private final transient Map<String, Object> details;

    /// @param error constant slug, such as `http_status`
    /// @param say   what went wrong, for the model
    public ToolFailure(String error, String say) {
        this(error, say, Map.of());
    }

    /// @param details further keys of the answer, such as `status`
    public ToolFailure(String error, String say, Map<String, Object> details) {
        super(say);
        this.error = error;
        this.details = Map.copyOf(details);
    }

    /// Constant slug, such as `http_status`.
    public String error() {
        return error;
    }

    /// Further keys of the answer, such as `status`.
    public Map<String, Object> details() {
        return details;
    }

    Map<String, Object> answer() {
        var answer = new LinkedHashMap<String, Object>();
        answer.put("error", error);
        answer.putAll(details);
        answer.put("say", String.valueOf(getMessage()));
        return answer;
    }
}
