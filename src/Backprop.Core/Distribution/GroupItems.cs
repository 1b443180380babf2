using System.Diagnostics.CodeAnalysis;

namespace Backprop.Distribution;

/// <summary>The items of work of a group: its first rank sends each to the others before all work on it.</summary>
internal static class GroupItems
{
    /// <summary>On the first rank: sends an item to all others.</summary>
    public static void Share(ICommunicator group, byte[] item) => SendToOthers(group, RankMessageKind.Item, item);

    /// <summary>On the first rank: no item follows.</summary>
    public static void End(ICommunicator group) => SendToOthers(group, RankMessageKind.Done, []);

    /// <summary>On another rank: waits for the next item.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="item">The item; null if none follows.</param>
    public static bool TryReceive(ICommunicator group, [NotNullWhen(true)] out byte[]? item)
    {
        var link = new RankLink(group);
        RankMessage message;
        while (!link.TryReceive(0, out message, RankMessageKind.Item, RankMessageKind.Done)) RankLink.Pause();
        item = message.Kind == RankMessageKind.Item ? message.Content : null;
        return item is not null;
    }

    private static void SendToOthers(ICommunicator group, RankMessageKind kind, byte[] content)
    {
        for (var rank = 1; rank < group.Size; rank++) group.Send(rank, new RankMessage(kind, 0, content).ToBytes());
    }
}
