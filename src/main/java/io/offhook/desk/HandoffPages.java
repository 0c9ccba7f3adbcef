package io.offhook.desk;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.desk.DeskSessions.Session;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The page that a human opens who takes a call: `/desk/handoff/{token}`. It takes a link of ours and a login with the
/// admin token; each look is logged. Plain HTML: no script, nothing inline, nothing from elsewhere. Mounted only when
/// there is an admin token; may be mounted on the routers of several event loops.
public final class HandoffPages {
    private static final Logger log = LoggerFactory.getLogger(HandoffPages.class);
    private static final int WRONG_TOKENS_A_MINUTE = 10;
    private static final int MOST_BODY_BYTES = 4 << 10;
    private static final String POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
            + " frame-ancestors 'none'";

    private static final String NOT_FOUND =
            "Nothing is known of this handoff, or the store does not answer. Load the page again in a moment.";

    private final TemplateEngine templates = TemplateEngine.createPrecompiled(ContentType.Html);
    private final byte[] styles = resource("desk.css");
    private final HandoffLinks links;
    private final DeskSessions sessions;
    private final byte[] adminToken;
    private final URI publicUrl;
    private final Function<CallId, CompletionStage<Optional<Handoff>>> handoffs;
    private final InstantSource clock;
    private final Throttle throttle;

    /// @param secrets   those that sign stream tokens, the first for new links and sessions
    /// @param publicUrl where people reach the server
    /// @param handoffs  must complete soon, and never exceptionally
    public HandoffPages(
            HandoffLinks links,
            List<String> secrets,
            String adminToken,
            URI publicUrl,
            Function<CallId, CompletionStage<Optional<Handoff>>> handoffs,
            InstantSource clock) {
        this.links = links;
        this.sessions = new DeskSessions(secrets, adminToken, clock);
        this.adminToken = adminToken.getBytes(StandardCharsets.UTF_8);
        this.publicUrl = publicUrl;
        this.handoffs = handoffs;
        this.clock = clock;
        this.throttle = new Throttle(WRONG_TOKENS_A_MINUTE, clock);
    }

    private static byte[] resource(String name) {
        try (var in = HandoffPages.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from this build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Mounts the paths as they are, and under the public URL's path prefix for proxies that keep it.
    public void mount(Router router) {
        var prefix = Optional.ofNullable(publicUrl.getRawPath()).orElse("").replaceAll("/+$", "");
        for (var before : new LinkedHashSet<>(List.of("", prefix))) {
            router.get(before + HandoffLinks.PATH + ":token").handler(this::show);
            router.post(before + HandoffLinks.PATH + ":token")
                    .handler(BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES))
                    .handler(this::logIn);
            router.get(before + "/desk/desk.css").handler(this::styles);
        }
    }

    // --- the page ---

    private void show(RoutingContext request) {
        var session = cookie(request).flatMap(sessions::read);
        if (session.isPresent()) {
            remember(request, session.get());
            open(request, session.get());
        } else if ("cross-site".equals(request.request().getHeader("Sec-Fetch-Site"))) {
            // A link in another site's page brings no strict cookie along; asking again from here does.
            render(request, 200, "again.jte", Map.of());
        } else {
            render(request, 401, "login.jte", Map.of("problem", ""));
        }
    }

    private void open(RoutingContext request, Session session) {
        var target = links.read(token(request));
        if (target.isEmpty()) {
            told(request, session, token(request), 404, "This is not a link to a call.");
            return;
        }
        var call = target.get().call();
        if (!clock.instant().isBefore(target.get().until()) && !sessions.hasOpened(session, call)) {
            told(request, session, call.value(), 410, "This link was good for a while only, and that is over.");
            return;
        }
        var context = request.vertx().getOrCreateContext();
        var _ = handoffs.apply(call)
                .thenAccept(found -> context.runOnContext(_ -> {
                    if (found.isEmpty()) {
                        told(request, session, call.value(), 404, NOT_FOUND);
                    } else {
                        sessions.opened(session, call);
                        looked(request, session, call.value(), 200);
                        render(request, 200, "handoff.jte", Map.of("pop", ScreenPop.of(found.get(), clock.instant())));
                    }
                }));
    }

    private void told(RoutingContext request, Session session, String about, int status, String problem) {
        looked(request, session, about, status);
        render(request, status, "problem.jte", Map.of("problem", problem));
    }

    private static void looked(RoutingContext request, Session session, String about, int status) {
        log.atInfo()
                .addKeyValue("call_hash", hash(about))
                .addKeyValue("session", hash(session.name()))
                .addKeyValue("source", source(request))
                .addKeyValue("status", status)
                .log("handoff read");
    }

    private void styles(RoutingContext request) {
        request.response()
                .putHeader("Content-Type", "text/css; charset=utf-8")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Cache-Control", "max-age=300")
                .end(Buffer.buffer(styles));
    }

    // --- the login ---

    private void logIn(RoutingContext request) {
        var source = source(request);
        var wait = throttle.wait(source);
        if (!fromOurOwnPage(request)) {
            render(request, 403, "login.jte", Map.of("problem", "Please log in on this page."));
        } else if (wait.isPresent()) {
            request.response().putHeader("Retry-After", Long.toString(wait.get().toSeconds() + 1));
            render(request, 429, "login.jte", Map.of("problem", "Too many wrong tokens. Wait a minute."));
        } else if (!MessageDigest.isEqual(adminToken, given(request))) {
            throttle.wrong(source);
            log.atWarn().addKeyValue("source", source).log("wrong admin token");
            render(request, 401, "login.jte", Map.of("problem", "That is not the token."));
        } else {
            var session = sessions.begin();
            log.atInfo()
                    .addKeyValue("source", source)
                    .addKeyValue("session", hash(session.name()))
                    .log("logged in at the desk");
            remember(request, session);
            headers(request, 303).putHeader("Location", token(request)).end();
        }
    }

    private static byte[] given(RoutingContext request) {
        return Optional.ofNullable(request.request().getFormAttribute("token"))
                .orElse("")
                .strip()
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Whether the form came from a page of this server.
    private boolean fromOurOwnPage(RoutingContext request) {
        var site = request.request().getHeader("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin") || site.equals("none");
        }
        var origin = request.request().getHeader("Origin");
        return origin == null || origin.equals(publicUrl.getScheme() + "://" + publicUrl.getRawAuthority());
    }

    private Optional<String> cookie(RoutingContext request) {
        return Optional.ofNullable(request.request().getCookie(cookieName())).map(Cookie::getValue);
    }

    private void remember(RoutingContext request, Session session) {
        request.response()
                .addCookie(Cookie.cookie(cookieName(), sessions.cookie(session))
                        .setPath("/")
                        .setHttpOnly(true)
                        .setSecure(secure())
                        .setSameSite(CookieSameSite.STRICT));
    }

    private String cookieName() {
        return secure() ? "__Host-offhook_desk" : "offhook_desk";
    }

    private boolean secure() {
        return "https".equalsIgnoreCase(publicUrl.getScheme());
    }

    // --- what all answers have ---

    private void render(RoutingContext request, int status, String template, Map<String, Object> values) {
        var page = new StringOutput();
        templates.render(template, values, page);
        headers(request, status)
                .putHeader("Content-Type", "text/html; charset=utf-8")
                .end(page.toString());
    }

    private static HttpServerResponse headers(RoutingContext request, int status) {
        return request.response()
                .setStatusCode(status)
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Cache-Control", "no-store")
                .putHeader("Referrer-Policy", "same-origin")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin");
    }

    private static String token(RoutingContext request) {
        return Optional.ofNullable(request.pathParam("token")).orElse("");
    }

    private static String source(RoutingContext request) {
        return request.request().remoteAddress().hostAddress();
    }

    /// Tells equal things in the log without naming them.
    private static String hash(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
