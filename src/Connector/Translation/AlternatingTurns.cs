using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>The same conversation for templates that demand user and assistant in turn and know no system turn.</summary>
/// <remarks>
/// Used only where a template refused the turns as given: system text moves into the user turn that follows it, neighbours of one role are joined,
/// a conversation that the assistant opens gets an empty user turn. No text is lost.
/// </remarks>
internal static class AlternatingTurns
{
    /// <summary>The same prompt in ever simpler turns; those equal to what was already tried are left out.</summary>
    public static IEnumerable<Prompt> Simplifications(Prompt prompt)
    {
        if (prompt is not Prompt.Conversation conversation)
        {
            yield break;
        }

        var turns = conversation.Turns;
        var single = SingleCalls.Of(turns);
        var tried = new List<IReadOnlyList<ChatTurn>> { turns };
        IReadOnlyList<ChatTurn>[] candidates =
        [
            single,
            Of(turns, keepSystem: true),
            Of(single, keepSystem: true),
            .. turns is [{ Role: ChatTurnRole.System }, ..] ? [Of(turns, keepSystem: false), Of(single, keepSystem: false)] : (IReadOnlyList<ChatTurn>[])[],
        ];
        foreach (var candidate in candidates)
        {
            if (!tried.Any(earlier => earlier.SequenceEqual(candidate)))
            {
                tried.Add(candidate);
                yield return conversation with { Turns = candidate };
            }
        }
    }

    /// <summary>The turns in turn. The leading system turn stays where <paramref name="keepSystem"/>.</summary>
    public static IReadOnlyList<ChatTurn> Of(IReadOnlyList<ChatTurn> turns, bool keepSystem)
    {
        var result = new List<ChatTurn>();
        for (var i = 0; i < turns.Count; i++)
        {
            var turn = turns[i];
            if (turn.Role == ChatTurnRole.System && !(i == 0 && keepSystem))
            {
                turn = turn with { Role = ChatTurnRole.User, Name = null, Parts = [.. turn.Parts.Select(Protected)] };
            }

            if (turn.Role == ChatTurnRole.Assistant && result.All(earlier => earlier.Role == ChatTurnRole.System))
            {
                result.Add(new ChatTurn { Role = ChatTurnRole.User });
            }

            if (result.Count > 0 && CanJoin(result[^1], turn))
            {
                result[^1] = Join(result[^1], turn);
            }
            else
            {
                result.Add(turn);
            }
        }

        return result;
    }

    // Instructions do not become mergeable by standing in a user turn; a passage stays one.
    private static ChatPart Protected(ChatPart part) => part.Kind == ChatPartKind.Text ? part with { Kind = ChatPartKind.Protected } : part;

    private static bool CanJoin(ChatTurn first, ChatTurn second) =>
        first.Role == second.Role && first.Role is ChatTurnRole.User or ChatTurnRole.Assistant;

    private static ChatTurn Join(ChatTurn first, ChatTurn second)
    {
        var parts = new TurnParts();
        parts.AddRange(first.Parts);
        parts.AddParagraphs(second.Parts);
        return first with
        {
            Parts = parts.ToList(),
            ToolCalls = [.. first.ToolCalls, .. second.ToolCalls],
            Reasoning = first.Reasoning is null || second.Reasoning is null
                ? first.Reasoning ?? second.Reasoning
                : first.Reasoning + "\n\n" + second.Reasoning,
        };
    }
}
