package io.offhook.crm;

/// Text of other people's making, made harmless for one line of ours.
final class PlainText {
    private PlainText() {}

    /// One line without control characters, broken surrogates and marks that turn the writing direction, cut to `most`
    /// characters and never inside one.
    static String line(String text, int most) {
        var plain = new StringBuilder(Math.min(text.length(), most));
        boolean space = false;
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            if (blank(point)) {
                space = !plain.isEmpty();
            } else if (Character.getType(point) != Character.SURROGATE && !turnsDirection(point)) {
                int width = Character.charCount(point) + (space ? 1 : 0);
                if (plain.length() + width > most) {
                    break;
                }
                if (space) {
                    plain.append(' ');
                    space = false;
                }
                plain.appendCodePoint(point);
            }
        }
        return plain.toString();
    }

    private static boolean blank(int point) {
        return Character.isISOControl(point) || Character.isWhitespace(point) || Character.isSpaceChar(point);
    }

    private static boolean turnsDirection(int point) {
        return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
    }
}
