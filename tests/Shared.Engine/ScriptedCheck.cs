using Slerp.Engine;

namespace Slerp.Tests.Shared.Engine;

/// <summary>A check that says at a segment what a test wants.</summary>
internal sealed class ScriptedCheck(Func<QualityContext, Verdict> script, QualityScope scope = QualityScope.Segment) : IQualityCheck
{
    public string Name => "scripted";

    public QualityScope Scope => scope;

    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens) => script(context);

    /// <summary>Fails at one segment.</summary>
    public static ScriptedCheck FailAt(int segment) =>
        new(context => context.SegmentIndex == segment ? Verdict.Failed("scripted") : Verdict.Passed);
}
