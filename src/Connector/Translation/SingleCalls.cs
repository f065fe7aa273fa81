using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>The same conversation for templates that hold one tool call in a turn.</summary>
internal static class SingleCalls
{
    /// <summary>The turns with one call each, every call followed by its result; the text stays with the first call.</summary>
    public static IReadOnlyList<ChatTurn> Of(IReadOnlyList<ChatTurn> turns)
    {
        if (turns.All(static turn => turn.ToolCalls.Count <= 1))
        {
            return turns;
        }

        var result = new List<ChatTurn>();
        for (var index = 0; index < turns.Count;)
        {
            var turn = turns[index++];
            if (turn.ToolCalls.Count <= 1)
            {
                result.Add(turn);
                continue;
            }

            var results = turns.Skip(index).TakeWhile(static later => later.Role == ChatTurnRole.Tool).ToList();
            index += results.Count;
            AddCalls(turn, results, result);
        }

        return result;
    }

    private static void AddCalls(ChatTurn turn, List<ChatTurn> results, List<ChatTurn> into)
    {
        var rest = turn;
        foreach (var call in turn.ToolCalls)
        {
            into.Add(rest with { ToolCalls = [call] });
            into.AddRange(results.Where(result => result.ToolCallId == call.Id));
            results.RemoveAll(result => result.ToolCallId == call.Id);
            rest = rest with { Parts = [], Reasoning = null };
        }

        into.AddRange(results);
    }
}
