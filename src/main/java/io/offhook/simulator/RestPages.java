package io.offhook.simulator;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/// Cuts a list into pages, as Twilio's 2010 API does: `next_page_uri` leads on and carries a token without which a page
/// after the first is refused.
final class RestPages {
    private static final int USUAL = 50;
    private static final int MOST = 1_000;

    private RestPages() {}

    static <T> ObjectNode page(String path, RestForm query, String name, List<T> all, Function<T, ObjectNode> show)
            throws CarrierRefusal {
        int size = query.number("PageSize", USUAL, 1, MOST);
        int page = query.number("Page", 0, 0, 1_000_000);
        if (page > 0 && !query.filled("PageToken").orElse("").equals(token(page))) {
            throw new CarrierRefusal(400, 20001, "PageToken is missing or not of this page");
        }
        long from = Math.min((long) page * size, all.size());
        var part = all.subList((int) from, (int) Math.min(from + size, all.size()));
        boolean more = from + part.size() < all.size();
        var json = Json.object();
        part.forEach(each -> json.withArray(name).add(show.apply(each)));
        if (part.isEmpty()) {
            json.putArray(name);
        }
        json.put("page", page)
                .put("page_size", size)
                .put("start", (int) from)
                .put("end", (int) Math.max(from, from + part.size() - 1))
                .put("uri", uri(path, query, page, size))
                .put("first_page_uri", uri(path, query, 0, size));
        json.put("next_page_uri", more ? uri(path, query, page + 1, size) : null);
        json.put("previous_page_uri", page > 0 ? uri(path, query, page - 1, size) : null);
        return json;
    }

    private static String uri(String path, RestForm query, int page, int size) {
        var filter = query.toMap();
        filter.keySet().removeIf(name -> name.startsWith("Page"));
        filter.put("PageSize", String.valueOf(size));
        filter.put("Page", String.valueOf(page));
        if (page > 0) {
            filter.put("PageToken", token(page));
        }
        return path + "?" + encoded(filter);
    }

    private static String token(int page) {
        return "PAoffhook" + page;
    }

    private static String encoded(Map<String, String> query) {
        return query.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
