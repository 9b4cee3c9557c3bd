// SPDX-License-Identifier: MIT
// How to use a stream elsewhere, ready to copy: title, text, the section of the page, and whether
// the program reads live pictures as JPEG only.

function watching(url, name) {
  return [
    { title: 'Web page', text: `<img src="${url}.mjpg" alt="${name}">` },
    { title: 'Save the newest picture', text: `curl -o ${name}.jpg ${url}.jpg` },
    { title: 'VLC', jpegOnly: true, text: `vlc ${url}.mjpg` },
    { title: 'ffplay', jpegOnly: true, text: `ffplay -fflags nobuffer ${url}.mjpg` },
    {
      title: 'Record with ffmpeg',
      jpegOnly: true,
      text: `ffmpeg -use_wallclock_as_timestamps 1 \\
  -i ${url}.mjpg -c copy ${name}.mkv`,
    },
    {
      title: 'OpenCV',
      jpegOnly: true,
      text: `import cv2

video = cv2.VideoCapture("${url}.mjpg")
while cv2.waitKey(1) != 27:
    ok, picture = video.read()
    if not ok:
        break
    cv2.imshow("${name}", picture)`,
    },
    {
      title: 'Python',
      text: `from urllib.request import urlopen

picture = urlopen("${url}.jpg").read()`,
    },
    {
      title: 'Home Assistant: a card',
      text: `type: picture
image: ${url}.mjpg`,
    },
    {
      title: 'Home Assistant: a camera',
      text: `# Settings > Devices & services
# > Add integration > MJPEG IP Camera
MJPEG URL: ${url}.mjpg
Still image URL: ${url}.jpg`,
    },
  ];
}

function publishing(url) {
  return [
    { title: 'A picture', text: `curl -T picture.jpg ${url}.jpg` },
    {
      title: 'A video',
      text: `ffmpeg -re -i video.mp4 -q:v 4 -f mpjpeg -method POST \\
  -content_type "multipart/x-mixed-replace; boundary=ffmpeg" \\
  ${url}.mjpg`,
    },
    {
      title: 'Python',
      text: `from urllib.request import Request, urlopen

picture = open("picture.jpg", "rb").read()
urlopen(Request("${url}.jpg",
                data=picture, method="PUT"))`,
    },
    {
      title: 'Python: a plot',
      text: `import io, requests
import matplotlib.pyplot as plt

plt.plot([1, 4, 2, 3])
picture = io.BytesIO()
plt.savefig(picture, format="jpeg")
requests.put("${url}.jpg",
             data=picture.getvalue())`,
    },
  ];
}

/** home: the address of the gallery; name of the stream, with its levels. */
export function snippets(home, name) {
  const url = `${home}${encodeURI(name)}`;
  const of = (section, list) => list.map((snippet) => ({ ...snippet, section }));
  return [
    ...of('watch', watching(url, name.split('/').pop())),
    ...of('publish', publishing(url)),
  ];
}
