using Slerp.Engine.Steps;

namespace Slerp.Engine.Drafting;

/// <summary>One sequence that wants a draft for the next step.</summary>
/// <param name="Session">What the drafter keeps for it.</param>
/// <param name="Tree">Holds node 0, the last known token; the drafter adds nodes below it.</param>
/// <param name="MaxNodes">Most nodes to add: what the context, the answer's limit and the cache leave.</param>
internal readonly record struct DraftTask(DraftSession Session, TokenTree Tree, int MaxNodes);
