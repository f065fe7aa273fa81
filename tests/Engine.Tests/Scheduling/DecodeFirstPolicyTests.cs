using FsCheck.Fluent;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine.Tests.Scheduling;

public sealed class DecodeFirstPolicyTests
{
    [Fact]
    public void Plan_KeepsItsLaws()
    {
        var pending = Gen.OneOf(Gen.Constant(1), Gen.Choose(1, 2000)).ArrayOf();
        Prop.ForAll(pending.ToArbitrary(), Gen.Choose(1, 600).ToArbitrary(), (tokens, budget) =>
        {
            var shares = new StepShare[tokens.Length];
            var plan = shares[..DecodeFirstPolicy.Plan(tokens, budget, shares)];
            Assert.Equal(plan.Length, plan.Select(share => share.Index).Distinct().Count());
            Assert.All(plan, share => Assert.InRange(share.Tokens, 1, tokens[share.Index]));
            // Whoever decodes runs.
            Assert.All(Enumerable.Range(0, tokens.Length).Where(index => tokens[index] == 1), index => Assert.Contains(new StepShare(index, 1), plan));
            var prompts = plan.Where(share => tokens[share.Index] > 1).ToList();
            Assert.True(prompts.Sum(share => share.Tokens) <= budget);
            // The oldest prompt moves.
            var oldest = Array.FindIndex(tokens, count => count > 1);
            Assert.True(oldest < 0 || prompts[0].Index == oldest);
        }).Holds();
    }
}
