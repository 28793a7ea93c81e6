// Loan applicants (Agrawal, Imielinski and Swami, "Database mining: a performance perspective", IEEE TKDE
// 5(6), 1993): nine attributes, and ten functions of them that say whether a person belongs to group A,
// which is class 0 here and in MOA (AgrawalGenerator), or to group B, class 1.
//
//   salary      uniform from 20,000 to 150,000
//   commission  0 if the salary is 75,000 or more, else uniform from 10,000 to 75,000
//   age         an integer from 20 to 80
//   elevel      level of education, an integer from 0 to 4
//   car         its make, an integer from 1 to 20
//   zipcode     an integer from 0 to 8
//   hvalue      value of the house, uniform from 0.5 k to 1.5 k, where k = 100,000 (9 - zipcode)
//   hyears      years for which the house is owned, an integer from 1 to 30
//   loan        uniform from 0 to 500,000
//
// The functions are the paper's, read as MOA reads them; `disposable` is two thirds of salary and commission
// less the rest. A perturbation p comes after the label:
// as in MOA, salary, commission (unless 0), age, hvalue, hyears and loan are shifted by up to p times the
// width of their range in either direction, and kept within it; age and hyears are rounded to integers. With
// `balanced`, rows are thrown away until the class alternates, beginning with group B.
//
// Where MOA and River (synth.Agrawal) differ from one another or from the above:
// - River's functions 1 to 6 return 1 for group A, its functions 7 to 10 return 0.
// - River's commissions go up to 85,000.
// - River's function 5 compares the salary, not the loan, with 200,000 to 400,000 (the young), with 200,000
//   (the lower bound of the middle-aged of good salary) and with 300,000 to 500,000 (the others of them), and
//   begins at a loan of 75,000, not 100,000, for old people of another salary.
// - River's functions 7 to 10 take a person into group A whose disposable is above 1, not 0.
// - MOA keeps a perturbed hvalue at or below 135,000, a tenth of the largest; in River it becomes 0 or
//   100,000 (9 - zipcode). Here it is at most 1,350,000.
// - In both, cars are numbered from 0.
#pragma once

#include "synthetic/stream_table.h"

namespace dse {

struct AgrawalOptions {
  int function = 1;         // 1 to 10
  double perturbation = 0;  // up to this share of the width of its range, a number is shifted
  bool balanced = false;    // whether the two classes alternate
};

class Agrawal final : public SyntheticStream {
 public:
  // A row, thrown away or not, draws seven numbers of `features`: the same for every function. One that is
  // handed out draws three of `noise` if there is a perturbation.
  Agrawal(const AgrawalOptions& options, const StreamRandom& random);
  int next(std::span<float> features) override;

 private:
  AgrawalOptions options_;
  int wanted_ = 1;  // the class of the next row, if balanced
  RandomStream& features_random_;
  RandomStream& noise_random_;
};

SyntheticStreamInfo agrawal_stream();

}  // namespace dse
