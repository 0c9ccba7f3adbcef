package io.offhook.simulator;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;

/// Takes close frames out of a socket's pipeline before Vert.x can answer them.
final class CloseFrames {
    interface Listener {
        void closeIgnored(int code, String reason);
    }

    private CloseFrames() {}

    static void ignore(ChannelHandlerContext vertxHandler, Listener listener) {
        vertxHandler.pipeline().addBefore(vertxHandler.name(), "ignore-close", new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (message instanceof CloseWebSocketFrame close) {
                    listener.closeIgnored(close.statusCode(), close.reasonText());
                    close.release();
                } else {
                    context.fireChannelRead(message);
                }
            }
        });
    }
}
