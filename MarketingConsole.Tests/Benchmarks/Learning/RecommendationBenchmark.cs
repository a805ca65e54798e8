using System.Diagnostics;
using System.Globalization;
using MarketingConsole.Core.Learning.Recommendation;

namespace MarketingConsole.Tests.Benchmarks.Learning;

/// <summary>Implicit ALS with 64 factors beside numpy solving row by row: time of an iteration and the loss after three.</summary>
public static class RecommendationBenchmark
{
    private const int Factors = 64;
    private const double Alpha = 20;
    private const double Penalty = 0.1;
    private const int Rounds = 3;

    private const string Script = """
        import numpy as np, pandas as pd, scipy.sparse as sp
        i=pd.read_csv(D+'interactions.csv'); A=sp.csr_matrix((i.w.to_numpy(float),(i.customer_id.to_numpy()-1,i.product_id.to_numpy()-1)))
        F,alpha,reg=64,20.0,0.1; rg=np.random.default_rng(0); U=rg.normal(0,.1,(A.shape[0],F)).astype('f4'); V=rg.normal(0,.1,(A.shape[1],F)).astype('f4')
        def half(C,Y):
            G=Y.T@Y+reg*np.eye(F,dtype='f4'); out=np.zeros((C.shape[0],F),'f4')
            for u in range(C.shape[0]):
                s,e=C.indptr[u],C.indptr[u+1]
                if s==e: continue
                Yu=Y[C.indices[s:e]]; w=(alpha*C.data[s:e]).astype('f4'); out[u]=np.linalg.solve(G+(Yu*w[:,None]).T@Yu,(Yu*(1+w)[:,None]).sum(0))
            return out
        At=A.T.tocsr(); ts=[]
        for it in range(3):
            t=time.perf_counter(); U=half(A,V); V=half(At,U); ts.append(time.perf_counter()-t)
        G=V.T@V; tot=np.einsum('ij,ij->',U@G,U,dtype='f8'); c=A.tocoo(); x=np.empty(A.nnz)
        for k in range(0,A.nnz,200000): x[k:k+200000]=np.einsum('ij,ij->i',U[c.row[k:k+200000]],V[c.col[k:k+200000]])
        w=1+alpha*c.data
        print('seconds',min(ts)); print('loss',tot-(x**2).sum()+(w*(1-x)**2).sum()+reg*((U**2).sum(dtype='f8')+(V**2).sum(dtype='f8')))
        """;

    /// <param name="args">Folder of interactions.csv; without it data are made.</param>
    public static int Run(string[] args)
    {
        var folder = ShopData.Folder(args);
        var events = File.ReadLines(Path.Combine(folder, "interactions.csv")).Skip(1).Select(x => x.Split(',')).Select(x => (User: int.Parse(x[0], CultureInfo.InvariantCulture) - 1, new Bought(int.Parse(x[1], CultureInfo.InvariantCulture) - 1, float.Parse(x[2], CultureInfo.InvariantCulture)))).ToList();
        var data = Interactions.From(events, events.Max(x => x.User) + 1, events.Max(x => x.Item2.Item) + 1);
        var (seconds, loss) = (double.PositiveInfinity, 0.0);
        var watch = new Stopwatch();
        ImplicitAls.Fit(data, Factors, Alpha, Penalty, Rounds, after: (x, model) =>
        {
            seconds = Math.Min(seconds, watch.IsRunning ? watch.Elapsed.TotalSeconds : double.PositiveInfinity);
            loss = model.Loss(data, x);
            watch.Restart();
        });
        if (ScikitLearn.Run(Script, folder, "numpy, pandas, scipy") is not { } theirs)
        {
            return 0;
        }

        ScikitLearn.Header();
        var fast = ScikitLearn.Row("implicit ALS, 64 factors: seconds an iteration", seconds, theirs["seconds"], "<= 1/15", seconds <= theirs["seconds"] / 15);
        var good = ScikitLearn.Row("implicit ALS: loss after 3 iterations", loss, theirs["loss"], "<= 1", loss <= theirs["loss"]);
        return fast && good ? 0 : 1;
    }
}
