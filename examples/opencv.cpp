/* SPDX-License-Identifier: MIT */
/* OpenCV draws, stillcast shows: pictures of a ball, ten a second.
 *
 * c++ opencv.cpp -o opencv $(pkg-config --cflags --libs stillcast opencv4)
 * ./opencv [URL] [N] */
#include <cstdio>
#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <unistd.h>
#include <vector>

#include "stillcast/publisher.h"

int main(int n_args, char **args)
{
    sc_publisher_config config = {};
    sc_publisher *live = nullptr;
    sc_err err = {};
    const int n = n_args > 2 ? std::atoi(args[2]) : 100;
    config.url = n_args > 1 ? args[1] : "http://localhost:8080/ball";
    if (sc_publisher_create(&config, &live, &err) < 0) {
        std::fprintf(stderr, "opencv: %s\n", err.text);
        return 64;
    }
    for (int i = 0; i < n; i++) {
        cv::Mat picture(240, 320, CV_8UC3, cv::Scalar(128, 0, 0));
        cv::circle(picture, {i * 3 % 320, 120}, 20, cv::Scalar(0, 200, 255), cv::FILLED);
        std::vector<unsigned char> jpeg;
        cv::imencode(".jpg", picture, jpeg);
        sc_publisher_send(live, jpeg.data(), jpeg.size());
        usleep(100000);
    }
    int rc = sc_publisher_flush(live, 5000000000ULL);
    sc_publisher_destroy(&live);
    return rc < 0;
}
